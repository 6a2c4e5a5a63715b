use rownd_webhooks::Payload;

fn main() {
    let payload: Payload<'_> = {
        let body = String::from(r#"{"meta":{"operation":"delete"}}"#);
        rownd_webhooks::from_str(&body).unwrap()
    };
    println!("{payload}");
}
