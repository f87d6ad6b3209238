"""CRM's pages about customers: finding one, and everything about one."""

from auth_center.consoles import crm_console
from core.console import Page
from core.console import converters as converters
from core.console.panels import Panel, add_finder, add_panel
from customers import permissions
from customers.pages import (
    accounts,
    contacts,
    customer,
    documents,
    finding,
    network,
    owners,
    subscribers,
)

crm_console.add_page(
    Page(
        path="find/",
        name="find",
        view=finding.show_find,
        permission=permissions.VIEW_CUSTOMER,
        titles=("查找客户", "Find a customer"),
        icon="person_search",
        group=("受理", "Counter"),
    )
)
crm_console.add_page(
    Page(
        path="customers/<number:customer_no>/",
        name="customer",
        view=customer.show_customer,
        permission=permissions.VIEW_CUSTOMER,
        titles=("客户", "Customer"),
        icon="person",
    )
)
crm_console.add_page(
    Page(
        path="customers/<number:customer_no>/panel/<slug:panel>/",
        name="customer-panel",
        view=customer.show_panel,
        permission=permissions.VIEW_CUSTOMER,
        titles=("客户页的一部分", "Part of a customer's page"),
    )
)
crm_console.add_page(
    Page(
        path="customers/<number:customer_no>/document/",
        name="customer-document",
        view=documents.read_document,
        permission=permissions.VIEW_IDENTITY_DOCUMENT,
        titles=("查看完整证件号码", "Read an identity document"),
    )
)

add_finder("find", permissions.VIEW_CUSTOMER, finding.find_by_whatever)

add_panel(
    "customer",
    Panel(
        name="subscribers",
        titles=("用户", "Subscribers"),
        permission=permissions.VIEW_SUBSCRIBER,
        template="customers/panel_subscribers.html",
        fill=subscribers.fill_subscribers,
        column="main",
        position=10,
    ),
)
add_panel(
    "customer",
    Panel(
        name="accounts",
        titles=("账户", "Accounts"),
        permission=permissions.VIEW_ACCOUNT,
        template="customers/panel_accounts.html",
        fill=accounts.fill_accounts,
        column="side",
        position=10,
    ),
)
add_panel(
    "customer",
    Panel(
        name="contacts",
        titles=("联系方式", "Contacts"),
        permission=permissions.VIEW_CUSTOMER,
        template="customers/panel_contacts.html",
        fill=contacts.fill_contacts,
        column="side",
        position=30,
    ),
)
add_panel(
    "customer",
    Panel(
        name="network",
        titles=("网络", "Network"),
        permission=permissions.VIEW_SUBSCRIBER,
        template="customers/panel_network.html",
        fill=network.fill_network,
    ),
)
add_panel(
    "customer",
    Panel(
        name="billing",
        titles=("账务", "Billing"),
        permission=permissions.VIEW_ACCOUNT,
        template="customers/panel_billing.html",
        fill=accounts.fill_billing,
    ),
)
add_panel(
    "catalogue_product",
    Panel(
        name="owners",
        titles=("用户", "Owners"),
        permission=permissions.VIEW_SUBSCRIPTION,
        template="customers/panel_owners.html",
        fill=owners.fill_owners,
        column="tab",
        position=10,
    ),
)
