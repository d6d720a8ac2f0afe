"""The door, also in the middle of something: nothing typed is lost, and nothing is sent by itself afterwards."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.templatekit import get_entrance_context_data
from allauth.account.views import LoginView, LogoutView
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.views.csrf import csrf_failure as plain_csrf_failure

from jobs import drafts
from jobs.drafts import Draft
from jobs.sentences import notices
from jobs.sentences.notices import Notice
from jobs.signing_in.forms import SignInForm

SIGN_IN = "account_login"


class SignIn(LoginView):
    """The one door; what was typed before comes along and waits in its form."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sealed = self.request.POST.get("draft", "")
        draft = drafts.unseal(sealed)
        note = str(notices.DRAFT_WAITS) if draft else ""
        page = draft.page if draft else self.get_next_url() or ""
        kwargs |= {"draft": sealed if draft else "", "note": note, "next": page}
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context

    def form_valid(self, form: SignInForm) -> HttpResponse:
        if draft := drafts.unseal(self.request.POST.get("draft", "")):  # the password was right
            draft.keep(self.request)
            self.success_url = draft.page
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_success_url(self) -> str | None:
        return self.success_url or super().get_success_url()


class SignOut(LogoutView):
    """By its button alone."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.request.user.is_authenticated:
            return HttpResponseNotAllowed(["POST"])
        return redirect_to_login(resolve_url("home"))


class SignInRequired(LoginRequiredMiddleware):
    """Django's rule that every page asks for a sign-in, minding who was in the middle of something."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method == "POST":  # its CSRF token was checked before
            return _sign_in_to_go_on(request)
        if request.headers.get("HX-Request"):  # a page that keeps itself up to date
            to_sign_in = redirect_to_login(request.path).url
            return HttpResponse(status=403, headers={"HX-Redirect": to_sign_in})
        return super().handle_no_permission(request, view_func)


def _sign_in_to_go_on(request: HttpRequest) -> HttpResponse:
    draft = drafts.typed(request)
    if draft and draft.fields:
        return sign_in_page(request, draft, f"{notices.SESSION_ENDED} {notices.DRAFT_WAITS}")
    messages.warning(request, str(notices.SESSION_ENDED))
    return redirect_to_login(draft.page if draft else _page_before(request))


def sign_in_page(request: HttpRequest, draft: Draft | None, note: str) -> HttpResponse:
    """The page of the door as an answer to something else; a draft waits in it."""
    sealed, page = (draft.seal(), draft.page) if draft else ("", "")
    context = {"form": SignInForm(request=request), "note": note, "draft": sealed, "next": page}
    return render(request, "account/login.html", get_entrance_context_data(request) | context, status=403)


def _page_before(request: HttpRequest) -> str:
    """The page of ours from which a form was sent, as far as the browser tells."""
    address = urlsplit(request.headers.get("Referer", ""))
    return address.path if address.path and address.netloc == request.get_host() else resolve_url("home")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token. Nothing is done; from our own page, what was typed is kept.

    Whether it is our own page says the browser, in a header that no page can set or forge.
    """
    if not reason.startswith("CSRF") or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return plain_csrf_failure(request, reason)
    is_sign_in = request.resolver_match is not None and request.resolver_match.view_name == SIGN_IN
    draft = drafts.unseal(request.POST.get("draft", "")) if is_sign_in else drafts.typed(request)
    if request.user.is_authenticated and (draft or is_sign_in):
        return _back_to_the_form(request, draft or Draft(resolve_url("home")), notices.SIGNED_IN_AGAIN)
    if is_sign_in:
        return sign_in_page(request, draft, str(notices.STALE_PAGE))
    return _sign_in_to_go_on(request) if draft else plain_csrf_failure(request, reason)


def _back_to_the_form(request: HttpRequest, draft: Draft, notice: Notice) -> HttpResponse:
    draft.keep(request)
    messages.warning(request, str(notice))
    return HttpResponseRedirect(draft.page, status=303)
