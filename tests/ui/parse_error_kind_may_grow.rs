use rownd_webhooks::ParseErrorKind;

fn is_empty(kind: &ParseErrorKind) -> bool {
    match kind {
        ParseErrorKind::Empty => true,
        ParseErrorKind::NotUtf8
        | ParseErrorKind::ByteOrderMark
        | ParseErrorKind::Syntax { .. }
        | ParseErrorKind::TrailingData
        | ParseErrorKind::TooLarge { .. }
        | ParseErrorKind::TooManyFields { .. }
        | ParseErrorKind::TooDeep
        | ParseErrorKind::NotAnObject { .. }
        | ParseErrorKind::MissingMember { .. }
        | ParseErrorKind::WrongType { .. }
        | ParseErrorKind::DuplicateMember
        | ParseErrorKind::ReservedName
        | ParseErrorKind::Io { .. }
        | ParseErrorKind::Invalid(_) => false,
    }
}

fn main() {
    is_empty(&ParseErrorKind::Empty);
}
