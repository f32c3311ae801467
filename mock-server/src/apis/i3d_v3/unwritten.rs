//! Operations of the contract that nobody has written yet. This list may only shrink.

pub(super) const OPERATIONS: &[&str] = &[
    "createAccountInvoicePayRegister",
    "getAccountInvoice",
    "getAccountInvoiceNumber",
    "getAccountInvoicePayPaymentLandings",
    "getAccountInvoicePayPrepares",
    "getAccountInvoicePdfs",
    "getAccountInvoiceUnpaids",
    "getAccountInvoices",
    "getColocationInvoices",
    "getDashboardServices",
    "getDashboardStatuses",
    "getInternalServicesHeatmapDatas",
];
