namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The attributes of a SCRAM message, <c>a=value,b=value</c>, in the order in which RFC 5802 (section 7) wants them.
/// </summary>
public ref struct ScramAttributes(string text)
{
    private string _rest = text;

    /// <summary>Takes the next attribute, which must have that name; null where it has not.</summary>
    public string? Take(char name)
    {
        if (_rest.Length < 2 || _rest[0] != name || _rest[1] != '=')
        {
            return null;
        }

        var comma = _rest.IndexOf(',', StringComparison.Ordinal);
        var value = comma < 0 ? _rest[2..] : _rest[2..comma];
        _rest = comma < 0 ? "" : _rest[(comma + 1)..];
        return value;
    }

    /// <summary>The value as bytes; null where it is missing or no base64.</summary>
    public byte[]? TakeBytes(char name)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length) ? bytes[..length] : null;
    }
}
