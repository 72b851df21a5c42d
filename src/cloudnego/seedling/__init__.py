"""Seeds: a district with its people, and its cases told as stories: in memory, or straight into the log.

Nothing of a case is written down as a state. Each act is asked by its own person at its own time, and judged by the
core: through the rehearsal, or by the log's bulk loader on its way to the disk. A seed cannot be unlawful.
"""
