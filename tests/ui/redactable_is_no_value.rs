use rownd_webhooks::Redactable;

fn main() {
    let name: Redactable<String> = Redactable::Redacted;
    let text: &str = &name;
    println!("{text}");
}
