"""Every address of the sign-in. What django-allauth has beside them, such as registering oneself, is not there.

The names are django-allauth's, which leads from one to the other by them.
"""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from jobs.signing_in.door import SIGN_IN, SignIn, SignOut
from jobs.signing_in.pages import OwnPage, PasskeyAgain, PasskeySignIn, PasswordChange

urlpatterns = [
    path("", OwnPage.as_view(), name="mfa_index"),
    path("login/", SignIn.as_view(), name=SIGN_IN),
    path("login/passkey/", login_not_required(PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("login/second-factor/", second_factor.authenticate, name="mfa_authenticate"),
    path("logout/", SignOut.as_view(), name="account_logout"),
    path("password/", PasswordChange.as_view(), name="account_change_password"),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("again/password/", account.reauthenticate, name="account_reauthenticate"),
    path("again/code/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("again/passkey/", PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("app/", totp.activate_totp, name="mfa_activate_totp"),
    path("app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
