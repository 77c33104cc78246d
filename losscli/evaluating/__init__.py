"""One evaluation: a request, a plan, one pass over the data, a report."""
