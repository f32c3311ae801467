//! The parts of a load balancer: targets and forwarding rules.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::members::{self, MemberKind};
use crate::{
    apis::warren::platform::{refusals, time::Time},
    engine::{Context, Problem, Result},
};

/// A machine that a load balancer passes on to.
#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    created_at: Time,
    target_uuid: String,
    target_type: String,
}

#[derive(Serialize)]
pub(super) struct ShownTarget {
    created_at: Time,
    target_uuid: String,
    target_type: String,
    target_ip_address: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct NewTarget {
    target_uuid: String,
    target_type: String,
}

impl NewTarget {
    /// Refuses what is no machine of the network, or a target already.
    pub(super) fn add_to(
        &self,
        cx: &Context,
        network: Uuid,
        targets: &mut Vec<Target>,
    ) -> Result<()> {
        let machine = members::require(cx, MemberKind::Machine.name(), &self.target_uuid)?;
        if machine.network != network.to_string() {
            let text = format!("Target {} is in another network", self.target_uuid);
            return Err(refusals::error(text));
        }
        if targets.iter().any(|target| target.is(&self.target_uuid)) {
            let message = format!("Target {} is linked already", self.target_uuid);
            return Err(Problem::conflict(message));
        }
        targets.push(Target {
            created_at: Time(cx.now),
            target_uuid: self.target_uuid.clone(),
            target_type: self.target_type.clone(),
        });
        Ok(())
    }
}

impl Target {
    pub(super) fn is(&self, uuid: &str) -> bool {
        self.target_uuid == uuid
    }

    pub(super) fn shown(self, cx: &Context) -> Result<ShownTarget> {
        let member = members::find(cx, &self.target_uuid)?;
        let target_ip_address = member.map(|member| member.private_ip);
        Ok(ShownTarget { target_ip_address, ..self.without_address() })
    }

    /// As the answer that adds it shows it.
    pub(super) fn without_address(self) -> ShownTarget {
        let Target { created_at, target_uuid, target_type } = self;
        ShownTarget { created_at, target_uuid, target_type, target_ip_address: None }
    }
}

/// What is passed on, and where to.
#[derive(Serialize, Deserialize)]
pub(super) struct ForwardingRule {
    uuid: Uuid,
    protocol: String,
    created_at: Time,
    source_port: u16,
    target_port: u16,
    settings: Settings,
}

#[derive(Serialize, Deserialize)]
struct Settings {
    connection_limit: u32,
    session_persistence: String,
}

#[derive(Deserialize)]
pub(super) struct NewForwardingRule {
    source_port: u16,
    target_port: u16,
}

impl NewForwardingRule {
    /// Refuses a port that another rule has already.
    pub(super) fn add_to(&self, cx: &Context, rules: &mut Vec<ForwardingRule>) -> Result<()> {
        if rules.iter().any(|rule| rule.source_port == self.source_port) {
            let message = format!("Port {} is forwarded already", self.source_port);
            return Err(Problem::conflict(message));
        }
        rules.push(ForwardingRule {
            uuid: cx.new_uuid()?,
            protocol: "TCP".to_owned(),
            created_at: Time(cx.now),
            source_port: self.source_port,
            target_port: self.target_port,
            settings: Settings {
                connection_limit: 10_000,
                session_persistence: "SOURCE_IP".to_owned(),
            },
        });
        Ok(())
    }
}

impl ForwardingRule {
    pub(super) fn is(&self, uuid: &str) -> bool {
        self.uuid.to_string() == uuid
    }
}
