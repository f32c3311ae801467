//! An invoice as PDF, on as many pages as it needs.

use super::bill::{Bill, InvoiceDetails, InvoiceItem};
use crate::apis::i3d::{
    drawing::{
        self,
        pdf::{Color, Font, HEIGHT, Page, Style, WIDTH},
    },
    money::cents::Cents,
    reference::currencies::Currency,
};

const LEFT: f32 = 48.0;
const RIGHT: f32 = WIDTH - LEFT;
/// Below this line there is only the footer of the page.
const BOTTOM: f32 = 84.0;
/// Where the table begins on all pages but the first.
const TOP: f32 = HEIGHT - 90.0;

const INK: Color = [0.11, 0.13, 0.17];
const GRAY: Color = [0.42, 0.45, 0.5];
const PALE: Color = [0.93, 0.95, 0.97];
const ACCENT: Color = [0.0, 0.32, 0.53];

const BODY: Style = Style { font: Font::Regular, size: 9.0, color: INK };
const STRONG: Style = Style { font: Font::Bold, ..BODY };
const LABEL: Style = Style { color: GRAY, ..BODY };
const CELL: Style = Style { size: 8.0, ..BODY };
const SMALL: Style = Style { size: 7.5, ..LABEL };
const HEAD: Style = Style { font: Font::Bold, size: 7.5, color: ACCENT };
const BRAND: Style = Style { font: Font::Bold, size: 15.0, color: ACCENT };
const TITLE: Style = Style { font: Font::Bold, size: 20.0, color: INK };

const LINE: f32 = 12.5;
const CELL_LINE: f32 = 10.5;
/// How wide a description may be.
const DESCRIPTION: f32 = 196.0;
/// Where the columns end.
const COLUMNS: [(&str, f32); 6] = [
    ("Quantity", 288.0),
    ("Unit price", 344.0),
    ("Setup", 390.0),
    ("Excl. VAT", 446.0),
    ("VAT", 492.0),
    ("Incl. VAT", RIGHT - 4.0),
];

/// What the PDF shows beside the details of the invoice.
struct Facts {
    description: String,
    currency: &'static Currency,
    paid: Cents,
    remaining: Cents,
}

/// The PDF of an invoice of this account.
pub(super) fn write(bill: Bill, account: i64) -> Vec<u8> {
    let facts = Facts {
        description: bill.description.clone(),
        currency: bill.currency(),
        paid: bill.paid(),
        remaining: bill.remaining(),
    };
    let invoice = bill.details(account);
    let mut sheet =
        Sheet { pages: Vec::new(), page: Page::new(), y: 0.0, invoice: &invoice, facts: &facts };
    sheet.first_page();
    invoice.items.iter().for_each(|item| sheet.item(item));
    sheet.totals();
    drawing::pdf::write(&format!("{} {}", title(&invoice), invoice.invoice_number), sheet.finish())
}

fn title(invoice: &InvoiceDetails) -> &'static str {
    if invoice.is_credit == 1 { "Credit invoice" } else { "Invoice" }
}

/// The pages that are full, and the one that is being written from the top to the bottom.
struct Sheet<'a> {
    pages: Vec<Page>,
    page: Page,
    y: f32,
    invoice: &'a InvoiceDetails,
    facts: &'a Facts,
}

impl Sheet<'_> {
    fn first_page(&mut self) {
        let (company, top) = (&self.invoice.company_details, HEIGHT - 62.0);
        self.page.text(LEFT, top, BRAND, company.name);
        self.page.text_to(RIGHT, top, TITLE, title(self.invoice));
        let lines = [
            format!("{}, {} {}, {}", company.address, company.zip, company.city, company.country),
            format!("{}  •  {}  •  {}", company.phone, company.email, company.url),
        ];
        self.y = top - 18.0;
        for line in &lines {
            self.page.text(LEFT, self.y, SMALL, line);
            self.y -= CELL_LINE;
        }
        self.page.fill([LEFT, self.y - 2.0, RIGHT - LEFT, 1.5], ACCENT);
        self.y -= 28.0;
        let below = self.facts_from(self.y).min(self.client_from(self.y));
        self.y = below - 20.0;
        self.page.text(LEFT, self.y, Style { size: 11.0, ..STRONG }, &self.facts.description);
        self.y -= 22.0;
        self.table_head();
    }

    /// Writes who the invoice is for; returns where the next line would be.
    fn client_from(&mut self, top: f32) -> f32 {
        let client = &self.invoice.client_details;
        let place = format!("{} {}", client.zip, client.city);
        let vat_number = match &*client.vat_number {
            "" => String::new(),
            number => format!("VAT number {number}"),
        };
        self.page.text(LEFT, top, HEAD, "BILLED TO");
        let lines = [
            (STRONG, &client.company_name),
            (BODY, &client.full_name),
            (BODY, &client.address),
            (BODY, &place),
            (BODY, &client.country),
            (LABEL, &client.email),
            (LABEL, &vat_number),
        ];
        let mut y = top - 15.0;
        for (style, line) in lines.into_iter().filter(|(_, line)| !line.is_empty()) {
            self.page.text(LEFT, y, style, line);
            y -= LINE;
        }
        y
    }

    /// Writes numbers and dates; returns where the next line would be.
    fn facts_from(&mut self, top: f32) -> f32 {
        let invoice = self.invoice;
        let lines = [
            ("Invoice number", invoice.invoice_number.clone()),
            ("Client number", invoice.client_number.clone()),
            ("Invoice date", invoice.creation_date.clone()),
            ("Due date", invoice.due_date.clone()),
            ("Payment term", format!("{} days", invoice.payment_term)),
            ("Status", self.status().to_owned()),
        ];
        let mut y = top;
        for (label, value) in &lines {
            self.page.text(RIGHT - 200.0, y, LABEL, label);
            self.page.text_to(RIGHT, y, STRONG, value);
            y -= LINE + 1.5;
        }
        y
    }

    fn status(&self) -> &'static str {
        let Facts { paid, remaining, .. } = *self.facts;
        match (self.invoice.is_credit == 1, remaining == Cents::ZERO, paid == Cents::ZERO) {
            (false, true, _) => "Paid",
            (false, false, false) => "Partly paid",
            (false, false, true) => "To be paid",
            (true, true, _) => "Settled",
            (true, false, _) => "To be settled",
        }
    }

    fn table_head(&mut self) {
        self.page.fill([LEFT, self.y - 6.0, RIGHT - LEFT, 18.0], PALE);
        self.page.text(LEFT + 4.0, self.y, HEAD, "Description");
        for (label, x) in COLUMNS {
            let vat = format!("VAT {}%", self.invoice.vat_percentage);
            self.page.text_to(x, self.y, HEAD, if label == "VAT" { &vat } else { label });
        }
        self.y -= 21.0;
    }

    fn item(&mut self, InvoiceItem { item, amounts, .. }: &InvoiceItem) {
        let mut lines: Vec<(Style, String)> = CELL
            .lines(&item.description, DESCRIPTION)
            .into_iter()
            .map(|line| (CELL, line))
            .collect();
        let period = format!("{}  •  {} to {}", item.order_id, item.period_from, item.period_to);
        lines.push((SMALL, period));
        lines.extend(SMALL.lines(&item.remarks, DESCRIPTION).into_iter().map(|line| (SMALL, line)));
        self.make_room(lines.len() as f32 * CELL_LINE + 8.0);
        let cells = [
            item.quantity.to_string(),
            item.unit_price.to_string(),
            item.setup_costs.to_string(),
            amounts.amount_excl_vat.to_string(),
            amounts.vat_amount.to_string(),
            amounts.amount_inc_vat.to_string(),
        ];
        for ((_, x), text) in COLUMNS.into_iter().zip(&cells) {
            self.page.text_to(x, self.y, CELL, text);
        }
        for (style, line) in &lines {
            self.page.text(LEFT + 4.0, self.y, *style, line);
            self.y -= CELL_LINE;
        }
        self.page.fill([LEFT, self.y + 4.0, RIGHT - LEFT, 0.5], PALE);
        self.y -= 8.0;
    }

    fn totals(&mut self) {
        let (invoice, Facts { currency, paid, remaining, .. }) = (self.invoice, self.facts);
        let rows = [
            ("Total excl. VAT".to_owned(), invoice.amount_excl_vat, BODY),
            (format!("VAT {}%", invoice.vat_percentage), invoice.vat_amount, BODY),
            ("Total incl. VAT".to_owned(), invoice.amount_inc_vat, STRONG),
            ("Paid".to_owned(), *paid, BODY),
            ("Remaining".to_owned(), *remaining, STRONG),
        ];
        self.make_room(rows.len() as f32 * 16.0 + 70.0);
        self.y -= 8.0;
        for (label, amount, style) in &rows {
            if matches!(style.font, Font::Bold) {
                self.page.fill([RIGHT - 220.0, self.y - 5.0, 220.0, 16.0], PALE);
            }
            self.page.text(RIGHT - 212.0, self.y, *style, label);
            self.page.text_to(RIGHT - 4.0, self.y, *style, &amount.with_sign(&currency.sign));
            self.y -= 16.0;
        }
        self.y -= 12.0;
        self.page.text(LEFT, self.y, BODY, &self.request());
    }

    /// What the customer is asked to pay.
    fn request(&self) -> String {
        let (invoice, Facts { currency, remaining, .. }) = (self.invoice, self.facts);
        let company = &invoice.company_details;
        match (invoice.is_credit == 1, *remaining == Cents::ZERO) {
            (_, true) => "Nothing remains to be done. Thank you.".to_owned(),
            (true, false) => {
                format!(
                    "{} can be settled with your next payment.",
                    (-*remaining).with_sign(&currency.sign)
                )
            }
            (false, false) => format!(
                "Please transfer {} by {} to {} (BIC {}), stating {}.",
                remaining.with_sign(&currency.sign),
                invoice.due_date,
                company.iban,
                company.bic,
                invoice.invoice_number
            ),
        }
    }

    /// Begins the next page where this one has no room for `height`.
    fn make_room(&mut self, height: f32) {
        if self.y - height >= BOTTOM {
            return;
        }
        self.pages.push(std::mem::replace(&mut self.page, Page::new()));
        let title = format!("{} {}", title(self.invoice), self.invoice.invoice_number);
        self.page.text(LEFT, TOP + 28.0, STRONG, &title);
        self.page.text_to(RIGHT, TOP + 28.0, LABEL, self.invoice.company_details.name);
        self.y = TOP;
        self.table_head();
    }

    /// All pages, with footers that say how many there are.
    fn finish(mut self) -> Vec<Page> {
        self.pages.push(self.page);
        let (count, company) = (self.pages.len(), &self.invoice.company_details);
        for (number, page) in (1..).zip(&mut self.pages) {
            page.fill([LEFT, 60.0, RIGHT - LEFT, 0.5], GRAY);
            page.text(
                LEFT,
                47.0,
                SMALL,
                &format!("{}  •  IBAN {}  •  BIC {}", company.name, company.iban, company.bic),
            );
            page.text(LEFT, 36.0, SMALL, "Made by an emulator, for tests. Nothing is owed.");
            page.text_to(RIGHT, 47.0, SMALL, &format!("Page {number} of {count}"));
        }
        self.pages
    }
}
