"""Seeds: districts told as stories, played through the core and loaded through the log's own judging."""
