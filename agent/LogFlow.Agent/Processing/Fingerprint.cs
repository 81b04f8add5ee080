using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>fingerprint</c>: a hash over the names and values of fields.</summary>
internal sealed class Fingerprint : EventProcessor
{
    private string[] _sorted = [];

    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("target_field")]
    public string TargetField { get; set; } = "fingerprint";

    [ConfigKey("method")]
    public HashMethod Method { get; set; } = HashMethod.Sha256;

    [ConfigKey("encoding")]
    public HashEncoding Encoding { get; set; } = HashEncoding.Hex;

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        _sorted = [.. Fields.Order(StringComparer.Ordinal)];
        return Fields.Count > 0 ? [] : [new ConfigProblem("fields", "is needed")];
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        var text = new StringBuilder();
        foreach (var field in _sorted)
        {
            if (@event.TryGet(field, out var value))
            {
                text.Append('|').Append(field).Append('|').Append(AsText(value));
            }
            else if (!IgnoreMissing)
            {
                @event.AddError($"failed to compute fingerprint: field '{field}' is missing");
                return true;
            }
        }

        var hash = Hash(System.Text.Encoding.UTF8.GetBytes(text.Append('|').ToString()));
        @event.Put(TargetField, Encoding switch
        {
            HashEncoding.Base32 => Base32(hash),
            HashEncoding.Base64 => Convert.ToBase64String(hash),
            _ => Convert.ToHexStringLower(hash),
        });
        return true;
    }

    private static string AsText(object? value) => value switch
    {
        null => "<nil>",
        string text => text,
        bool flag => flag ? "true" : "false",
        JsonNumber number => number.Text,
        List<object?> or EventObject => FieldJson.ToText(value),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private byte[] Hash(byte[] bytes) => Method switch
    {
#pragma warning disable CA5350, CA5351 // Filebeat's own names of methods: a mark of equality, no protection.
        HashMethod.Md5 => MD5.HashData(bytes),
        HashMethod.Sha1 => SHA1.HashData(bytes),
#pragma warning restore CA5350, CA5351
        HashMethod.Sha384 => SHA384.HashData(bytes),
        HashMethod.Sha512 => SHA512.HashData(bytes),
        _ => SHA256.HashData(bytes),
    };

    private static string Base32(byte[] bytes)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var text = new StringBuilder();
        var (buffer, bits) = (0, 0);
        foreach (var value in bytes)
        {
            (buffer, bits) = ((buffer << 8) | value, bits + 8);
            while (bits >= 5)
            {
                text.Append(Alphabet[(buffer >> (bits - 5)) & 31]);
                bits -= 5;
            }
        }

        if (bits > 0)
        {
            text.Append(Alphabet[(buffer << (5 - bits)) & 31]);
        }

        return text.Append('=', (8 - (text.Length % 8)) % 8).ToString();
    }
}

/// <summary>Hashes of <c>fingerprint</c>.</summary>
internal enum HashMethod
{
    /// <summary>SHA-256.</summary>
    Sha256,

    /// <summary>MD5.</summary>
    Md5,

    /// <summary>SHA-1.</summary>
    Sha1,

    /// <summary>SHA-384.</summary>
    Sha384,

    /// <summary>SHA-512.</summary>
    Sha512,
}

/// <summary>How a hash is written.</summary>
internal enum HashEncoding
{
    /// <summary>Hexadecimal.</summary>
    Hex,

    /// <summary>Base 32.</summary>
    Base32,

    /// <summary>Base 64.</summary>
    Base64,
}
