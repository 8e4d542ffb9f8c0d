"""The verbs: sync, observe, judge, plan, deliver."""
