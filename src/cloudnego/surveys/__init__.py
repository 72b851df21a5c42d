"""Opinion collection: a questionnaire of the workers' side, who answered, and apart from it what was answered."""
