use rownd_webhooks::replay::NdjsonReader;

fn main() {
    let mut reader = NdjsonReader::new(&b""[..]);
    let first = reader.next_payload();
    let second = reader.next_payload();
    println!("{first:?} {second:?}");
}
