using System.Text;
using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>
/// Names a field of an event: <c>a.b</c>, <c>[a][b]</c> or <c>[a.b]</c>. Finds it in the event's JSON without building
/// objects.
/// </summary>
internal sealed class FieldPath
{
    private readonly byte[][] _names;

    private FieldPath(string text, string[] names)
    {
        Text = text;
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The name, dotted.</summary>
    public string Text { get; }

    /// <summary>Reads a name in any of its forms.</summary>
    public static FieldPath Parse(string text)
    {
        var names = text.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        return new FieldPath(string.Join('.', names), names);
    }

    /// <summary>
    /// The field's value as text: what stands between the quotes, unescaped; numbers and booleans as written.
    /// </summary>
    /// <returns>False where there is none, or where it is an object, a list or null.</returns>
    public bool TryRead(ReadOnlySpan<byte> json, Span<char> destination, out int length)
    {
        length = 0;
        var reader = new Utf8JsonReader(json);
        if (!TryFind(ref reader))
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueSpan.Length > destination.Length)
            {
                return false;
            }

            length = reader.CopyString(destination);
            return true;
        }

        return reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False
            && Encoding.UTF8.TryGetChars(reader.ValueSpan, destination, out length);
    }

    /// <summary>The same, of any length; null where there is none.</summary>
    public string? TryRead(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return !TryFind(ref reader) ? null
            : reader.TokenType == JsonTokenType.String ? reader.GetString()
            : reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False
                ? Encoding.UTF8.GetString(reader.ValueSpan)
                : null;
    }

    private bool TryFind(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        foreach (var name in _names)
        {
            if (reader.TokenType != JsonTokenType.StartObject || !TryEnter(ref reader, name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>From the beginning of an object to the value of one of its members.</summary>
    private static bool TryEnter(ref Utf8JsonReader reader, byte[] name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            if (!reader.Read())
            {
                return false;
            }

            if (isIt)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
