"""使用量: taking usage in, and what could not be taken in."""
