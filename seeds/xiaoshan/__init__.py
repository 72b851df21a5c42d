"""The demonstration district: modelled on Xiaoshan in Hangzhou, with enterprises and people that do not exist."""
