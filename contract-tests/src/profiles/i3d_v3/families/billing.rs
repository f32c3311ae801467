//! Invoices: of the account, and of what it rents.

use crate::core::profile::family::{Family, Order};

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "invoices",
        list: "getAccountInvoices",
        read: "getAccountInvoice",
        parameter: "invoiceId",
        // Alone an invoice has a number for an id, days for instants, and amounts under other
        // names.
        only_listed: &[
            "id",
            "description",
            "creationDate",
            "dueDate",
            "paymentDate",
            "amountIncVAT",
            "amountExclVAT",
            "remainingAmount",
            "totalPaidAmount",
        ],
        only_alone: &[
            "clientNumber",
            "paymentTerm",
            "vatPercentage",
            "vatAmount",
            "amountIncVat",
            "amountExclVat",
            "items",
            "clientDetails",
            "companyDetails",
        ],
        order: Order::Descending,
        ..Family::NONE
    },
    Family { name: "unpaid invoices", list: "getAccountInvoiceUnpaids", ..Family::NONE },
    Family {
        name: "invoices of colocation services",
        list: "getColocationInvoices",
        parent: "colocation services",
        ..Family::NONE
    },
    Family {
        name: "invoices of cross connects",
        list: "getCrossConnectInvoices",
        parent: "cross connects",
        ..Family::NONE
    },
];
