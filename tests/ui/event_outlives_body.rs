use rownd_webhooks::Event;

fn read(body: Vec<u8>) -> Event<'static> {
    rownd_webhooks::from_slice(&body).unwrap().into_event().unwrap()
}

fn main() {
    read(Vec::new());
}
