"""The product managers' pages: releases to configure, and the tariffs that BOSS holds."""
