namespace LogFlow.Store;

/// <summary>A predicate together with the type that its field's values are normalized to.</summary>
internal sealed class FieldPredicate(FieldType type, ValuePredicate predicate)
{
    public FieldType Type { get; } = type;

    public ValuePredicate Predicate { get; } = predicate;

    public bool MatchAny(List<FieldValue> values)
    {
        foreach (var value in values)
        {
            if (Match(value))
            {
                return true;
            }
        }

        return false;
    }

    public bool Match(in FieldValue raw)
    {
        if (!raw.TryNormalize(Type, out var value))
        {
            return false;
        }

        return value.Kind switch
        {
            StoredKind.String => Predicate.MatchText(value.Text.Span),
            StoredKind.Int64 => Predicate.MatchInt64(value.Bits),
            StoredKind.Double => Predicate.MatchDouble(value.Number),
            StoredKind.Bool => Predicate.MatchBool(value.Bits != 0),
            StoredKind.Time => Predicate.MatchDate(value.Bits),
            _ => false,
        };
    }

    /// <summary>Whether strings reach the predicate as they are, but for the length limit of keywords.</summary>
    public bool TakesPlainTexts => Type is FieldType.Dynamic or FieldType.Keyword or FieldType.Text;

    public bool MatchPlainText(ReadOnlySpan<byte> text) =>
        (Type == FieldType.Text || FieldValue.IsIndexable(text)) && Predicate.MatchText(text);
}
