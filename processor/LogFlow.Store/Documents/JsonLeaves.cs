using System.Buffers.Text;
using System.Text.Json;

namespace LogFlow.Store;

/// <summary>
/// Finds a field's values inside a JSON value, as Elasticsearch flattens it: arrays are transparent, keys are joined
/// by dots, nulls are no values.
/// </summary>
internal static class JsonLeaves
{
    /// <summary>Adds the scalars at <paramref name="path"/> (dotted; empty: the value itself) to the list.</summary>
    public static void Collect(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> path, List<FieldValue> values)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 512 });
        reader.Read();
        Collect(ref reader, json, path, values);
    }

    /// <summary>
    /// Adds the dotted names of all scalars below the value; <paramref name="prefix"/> is its own name.
    /// </summary>
    public static void CollectNames(ReadOnlySpan<byte> json, string prefix, Action<string, StoredKind> add)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        reader.Read();
        CollectNames(ref reader, prefix, add);
    }

    private static void CollectNames(ref Utf8JsonReader reader, string prefix, Action<string, StoredKind> add)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    CollectNames(ref reader, prefix + "." + name, add);
                }

                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    CollectNames(ref reader, prefix, add);
                }

                break;
            case JsonTokenType.Null:
                break;
            default:
                add(prefix, Scalar(ref reader, default).Kind);
                break;
        }
    }

    private static void Collect(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, ReadOnlySpan<byte> path, List<FieldValue> values)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when path.IsEmpty:
                reader.Skip();
                break;
            case JsonTokenType.StartObject:
                CollectObject(ref reader, json, path, values);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Collect(ref reader, json, path, values);
                }

                break;
            case JsonTokenType.Null:
                break;
            default:
                if (path.IsEmpty)
                {
                    values.Add(Scalar(ref reader, json));
                }

                break;
        }
    }

    private static void CollectObject(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, ReadOnlySpan<byte> path, List<FieldValue> values)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.ValueIsEscaped
                ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!)
                : reader.ValueSpan;
            var isPrefix = path.StartsWith(key) && (path.Length == key.Length || path[key.Length] == '.');
            reader.Read();
            if (isPrefix)
            {
                Collect(ref reader, json, path.Length == key.Length ? default : path[(key.Length + 1)..], values);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static FieldValue Scalar(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                return FieldValue.OfBool(reader.TokenType == JsonTokenType.True);
            case JsonTokenType.Number:
                var text = reader.ValueSpan;
                if (Utf8Parser.TryParse(text, out long integer, out var used) && used == text.Length)
                {
                    return FieldValue.OfInt64(integer);
                }

                return FieldValue.OfDouble(reader.GetDouble());
            default:
                if (reader.ValueIsEscaped)
                {
                    return FieldValue.OfText(System.Text.Encoding.UTF8.GetBytes(reader.GetString()!));
                }

                return FieldValue.OfText(
                    json.IsEmpty ? default : json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
        }
    }
}
