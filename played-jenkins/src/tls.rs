//! Connections behind TLS, by a certificate made on the spot.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::net::TcpStream;
use std::sync::Arc;

/// Who `localhost` says it is.
#[derive(Clone)]
pub(crate) struct Identity {
    /// In PEM.
    pub(crate) certificate: String,
    config: Arc<ServerConfig>,
}

impl Identity {
    pub(crate) fn new() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a name that is one");
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("it has versions");
        let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key.into());
        Self { certificate: cert.pem(), config: Arc::new(config.expect("the key is the certificate's")) }
    }

    pub(crate) fn wrap(&self, stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
        let connection = ServerConnection::new(Arc::clone(&self.config)).expect("the configuration is whole");
        StreamOwned::new(connection, stream)
    }
}
