"""A person's own pages, where django-allauth's differ from what is wanted here."""

from typing import Any

from allauth.account.views import PasswordChangeView
from allauth.core.internal import ratelimit
from allauth.mfa.base.views import IndexView
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jobs import drafts
from jobs.access import person
from jobs.sentences import notices
from jobs.signing_in.adapters import AccountAdapter
from jobs.signing_in.door import SIGN_IN, sign_in_page
from jobs.signing_in.sessions import has_second_factor


class OwnPage(IndexView):
    """How somebody signs in: password, second factors, sessions."""

    template_name = "account/own.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = person(self.request)
        has_factor = has_second_factor(self.request)
        return context | {"has_password": user.has_usable_password(), "has_second_factor": has_factor}


class PasswordChange(PasswordChangeView):
    """For those who have a password of ours."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person(request).has_usable_password():
            return redirect("mfa_index")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


class PasskeySignIn(LoginWebAuthnView):
    """In with a passkey alone; what was typed before comes along as it does with a password."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The challenge, for the script. It opens a session, so it is limited like an attempt."""
        too_often = ratelimit.consume_or_429(request, app="allauth.mfa", action="webauthn_login", limit_get=True)
        answer: HttpResponse = too_often or super().get(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        if draft := drafts.unseal(self.request.POST.get("draft", "")):
            draft.keep(self.request)
        answer: HttpResponse = super().form_valid(form)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        draft = drafts.unseal(self.request.POST.get("draft", ""))
        messages.error(self.request, AccountAdapter.error_messages["passkey_refused"])
        if draft:
            return sign_in_page(self.request, draft, str(notices.DRAFT_WAITS))
        return redirect(SIGN_IN)


class PasskeyAgain(ReauthenticateWebAuthnView):
    """A passkey, of somebody who is signed in; a refused one leaves them where they are."""

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, AccountAdapter.error_messages["passkey_refused"])
        answer: HttpResponse = self.render_to_response(self.get_context_data())
        return answer
