using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Column names. A column's physical name is the path of a value in its document, keys joined by '.'; a dot inside a
/// key is written as U+001F, so that <c>{"a.b":1}</c> and <c>{"a":{"b":1}}</c> are rebuilt as they came. Both have the
/// logical name <c>a.b</c>, which queries use. Columns of the store's own begin with U+001E.
/// </summary>
internal static class FieldNames
{
    public const char KeyDot = '\u001f';
    public const char InternalPrefix = '\u001e';

    public const string Index = "\u001eindex";
    public const string Sequence = "\u001eseq";
    public const string Topic = "\u001etopic";
    public const string Partition = "\u001epartition";
    public const string Offset = "\u001eoffset";
    public const string Part = "\u001epart";
    public const string Id = "\u001eid";

    public const string Timestamp = "@timestamp";

    /// <summary>Elasticsearch's metadata fields, which a document may not contain.</summary>
    private static readonly HashSet<string> Metadata =
        ["_id", "_index", "_source", "_routing", "_seq_no", "_version", "_ignored", "_field_names", "_type"];

    public static bool IsInternal(string physical) => physical.Length > 0 && physical[0] == InternalPrefix;

    public static string Logical(string physical) =>
        physical.Contains(KeyDot) ? physical.Replace(KeyDot, '.') : physical;

    public static string Join(string parent, ReadOnlySpan<byte> key)
    {
        var name = Encoding.UTF8.GetString(key).Replace('.', KeyDot);
        return parent.Length == 0 ? name : parent + "." + name;
    }

    /// <summary>Why a key cannot be stored, or null.</summary>
    public static string? Refuse(ReadOnlySpan<byte> key, bool isTopLevel)
    {
        if (key.IsEmpty)
        {
            return "field name cannot be an empty string";
        }

        if (key.IndexOfAny((byte)KeyDot, (byte)InternalPrefix) >= 0)
        {
            return "field name contains the control character U+001E or U+001F";
        }

        if (isTopLevel && key[0] == '_' && Metadata.Contains(Encoding.UTF8.GetString(key)))
        {
            var name = Encoding.UTF8.GetString(key);
            return $"Field [{name}] is a metadata field and cannot be added inside a document. "
                + "Use the index API request parameters.";
        }

        return null;
    }
}
