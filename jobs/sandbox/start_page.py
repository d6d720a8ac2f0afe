"""The sandbox's own page: what this is, and what there is to try."""

from html import escape

from jobs.sandbox.clockwork import PretendJob
from jobs.sandbox.signin import BASIC, KEYS, OAUTH
from jobs.sandbox.situations import SITUATIONS

_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #8884;vertical-align:top}
code{font:14px ui-monospace,monospace;overflow-wrap:anywhere}
.wide{overflow-x:auto}
"""


def page(jobs: dict[str, PretendJob], now: float) -> bytes:
    """The whole page as HTML."""
    rows = "".join(_row(situation.name, situation.job_id, situation.story, jobs, now) for situation in SITUATIONS)
    credentials = "".join(
        f"<tr><th>{escape(kind)}</th><td>{_pairs(values)}</td></tr>"
        for kind, values in (("OAuth", OAUTH), ("API access key pair", KEYS), ("Basic", BASIC))
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox: a pretend Zuora</title>
<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>
<h1>A pretend Zuora</h1>
<p>Nothing here is real. It answers as Zuora's AQuA endpoints do, for trying aquaadmin out.</p>
<h2>Jobs to try</h2><div class="wide"><table>
<thead><tr><th>Job ID</th><th>Situation</th><th>What happens</th><th>Status now</th></tr></thead><tbody>{rows}</tbody>
</table></div>
<form method="post" action="/reset"><p><button>Put all of them back to the start</button></p></form>
<h2>Credentials</h2><div class="wide"><table><tbody>{credentials}</tbody></table></div>
</body></html>""".encode()


def _row(name: str, job_id: str, story: str, jobs: dict[str, PretendJob], now: float) -> str:
    status = jobs[job_id].status(now) if job_id in jobs else "–"
    return f"<tr><td><code>{job_id}</code></td><td>{escape(name)}</td><td>{escape(story)}</td><td>{status}</td></tr>"


def _pairs(values: dict[str, str]) -> str:
    return "<br>".join(f"{escape(name)}: <code>{escape(value)}</code>" for name, value in values.items())
