"""The demonstration district: modelled on Xiaoshan in Hangzhou, with enterprises and people that do not exist."""

from seeds.xiaoshan.district import generate

__all__ = ["generate"]
