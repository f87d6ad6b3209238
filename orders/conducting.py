"""CRM's flow engine, on CRM's own tables."""

from __future__ import annotations

from core.systems import System
from integration.flow import Engine
from orders.models import CustomerOrder, OrderHistory, SubOrder

engine = Engine(System.CRM, CustomerOrder, SubOrder, OrderHistory)
