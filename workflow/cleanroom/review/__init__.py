"""A person's decisions: read from ``private/review.tsv`` by the steps, and taken on a page of this machine.

Steps use :mod:`cleanroom.review.standing` and :mod:`cleanroom.review.doubt`; the page is
:mod:`cleanroom.review.server`.
"""
