"""Every address of the sign-in. What django-allauth has beside them, such as registering oneself, is not there."""

from django.urls import path

from jobs.signing_in.door import SIGN_IN, SignIn, SignOut

urlpatterns = [
    path("login/", SignIn.as_view(), name=SIGN_IN),
    path("logout/", SignOut.as_view(), name="account_logout"),
]
