// Forms of passkeys: the browser's answer to the server's challenge goes along as a hidden field. They are hidden
// where no script runs, or where the browser knows no passkeys.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function create(asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) } };
  publicKey.excludeCredentials = known(asked.excludeCredentials);
  publicKey.authenticatorSelection = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const made = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = made.response;
  return [made, { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) }];
}

async function get(asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) };
  const used = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = used.response;
  const response = { clientDataJSON, authenticatorData, signature, ...(userHandle && { userHandle }) };
  return [used, Object.fromEntries(Object.entries(response).map(([name, value]) => [name, text(value)]))];
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.from, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

function say(form, words) {
  form.querySelector("[role=alert]")?.remove();
  const note = document.createElement("p");
  note.className = "message error";
  note.setAttribute("role", "alert");
  note.textContent = words;
  form.append(note);
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation(); // it has not been sent yet
    try {
      const { publicKey } = await options(form);
      const [credential, response] = await { create, get }[form.dataset.passkey](publicKey);
      const { id, type, authenticatorAttachment } = credential;
      const clientExtensionResults = credential.getClientExtensionResults();
      form.elements.credential.value = JSON.stringify(
        { id, rawId: id, type, authenticatorAttachment, clientExtensionResults, response });
      form.submit();
    } catch {
      say(form, "No passkey was used. Try again, or choose another way.");
    }
  });
}
