using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Makes a hash of fields: to recognise equal ones, or to hide their values.</summary>
internal sealed class FingerprintFilter : Filter
{
    private readonly FieldReference[] _sources;
    private readonly FieldReference _target;
    private readonly string _method;
    private readonly byte[]? _key;
    private readonly int _prefixLength;
    private readonly bool _base64;
    private readonly bool _concatenateSources;
    private readonly bool _concatenateAll;

    private FingerprintFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _sources = settings.Has("source")
            ? [.. settings.ListValues("source").Select(context.Field)]
            : [FieldReference.Message];
        _target = context.FieldOf("target") ?? FieldReference.Parse(context.IsEcs ? "[event][hash]" : "fingerprint");
        _method = settings.String("method")!;
        _key = settings.String("key") is { } key ? Encoding.UTF8.GetBytes(key) : null;
        _base64 = settings.Boolean("base64encode");
        _concatenateSources = settings.Boolean("concatenate_sources");
        _concatenateAll = settings.Boolean("concatenate_all_fields");
        if (_method == "IPV4_NETWORK"
            && (!int.TryParse(settings.String("key"), out _prefixLength) || _prefixLength is < 0 or > 32))
        {
            context.Error("key", "the method IPV4_NETWORK needs the network's length as its key", "write: key => 24");
        }
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "fingerprint",
        new SettingSpec("source", SettingType.FieldReferenceList),
        new SettingSpec("target", SettingType.FieldReference),
        new SettingSpec("method", SettingType.String)
        {
            Default = "SHA1",
            Allowed =
            [
                "SHA1", "SHA256", "SHA384", "SHA512", "MD5", "MURMUR3", "MURMUR3_128", "IPV4_NETWORK", "UUID",
                "PUNCTUATION",
            ],
        },
        new SettingSpec("key", SettingType.Password),
        new SettingSpec("base64encode", SettingType.Boolean) { Default = false },
        new SettingSpec("concatenate_sources", SettingType.Boolean) { Default = false },
        new SettingSpec("concatenate_all_fields", SettingType.Boolean) { Default = false },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new FingerprintFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        switch (_method)
        {
            case "UUID":
                target.Set(_target, EventValue.Of(Guid.NewGuid().ToString()));
                break;
            case "PUNCTUATION":
                foreach (var source in Sorted())
                {
                    if (target.Get(source) is { IsNil: false } value)
                    {
                        target.Set(_target, EventValue.Of(Punctuation(value.ToText())));
                    }
                }
                break;
            default:
                if (_concatenateAll || _concatenateSources)
                {
                    target.Set(_target, Hash(EventValue.Of(_concatenateAll ? ConcatenateAll(target)
                        : Concatenate(target))));
                    break;
                }
                HashEach(target);
                break;
        }
        Matched(target, context);
    }

    private void HashEach(Event target)
    {
        foreach (var source in _sources)
        {
            var value = target.Get(source);
            if (value.IsMissing)
            {
                continue;
            }
            if (value.List is { } list)
            {
                var hashes = new EventList(list.Count);
                for (var i = 0; i < list.Count; i++)
                {
                    hashes.Add(Hash(list[i]));
                }
                target.Set(_target, EventValue.Of(hashes));
            }
            else
            {
                target.Set(_target, Hash(value));
            }
        }
    }

    private IOrderedEnumerable<FieldReference> Sorted() =>
        _sources.OrderBy(static source => source.Text, StringComparer.Ordinal);

    // |name|value|name|value|, sorted by name; what is not there is empty.
    private string Concatenate(Event target)
    {
        var builder = new StringBuilder();
        foreach (var source in Sorted())
        {
            builder.Append('|').Append(source.Text).Append('|').Append(Text(target.Get(source)));
        }
        return builder.Append('|').ToString();
    }

    // Logstash's events all have a version, which counts.
    private static string ConcatenateAll(Event target)
    {
        const string version = "@version";
        var builder = new StringBuilder();
        foreach (var name in Enumerable.Range(0, target.Fields.Count).Select(target.Fields.NameAt)
            .Append(version).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var value = target.Fields[name];
            builder.Append('|').Append(name).Append('|')
                .Append(name == version && value.IsMissing ? "1" : Text(value));
        }
        return builder.Append('|').ToString();
    }

    // What lists and maps hold, one behind the other; maps in the order of their names, so that equal ones give
    // equal hashes (the plugin's to_canonical_value, since 3.5.0).
    private static string Text(EventValue value)
    {
        if (value.Map is { } map)
        {
            return string.Join('|', Enumerable.Range(0, map.Count).Select(map.NameAt).Order(StringComparer.Ordinal)
                .Select(name => $"{name}|{Text(map[name])}"));
        }
        return value.List is { } list
            ? string.Join('|', Enumerable.Range(0, list.Count).Select(i => Text(list[i])))
            : value.ToText();
    }

    // Punctuation and symbols of all alphabets (Unicode's classes P and S).
    private static string Punctuation(string text)
    {
        var builder = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsPunctuation(rune) || Rune.IsSymbol(rune))
            {
                builder.Append(rune.ToString());
            }
        }
        return builder.ToString();
    }

    private EventValue Hash(EventValue value)
    {
        switch (_method)
        {
            case "MURMUR3":
                return EventValue.Of((long)Murmur3.Hash32(Bytes(value)));
            case "IPV4_NETWORK":
                return EventValue.Of(Network(value.ToText()));
        }
        var hash = _method == "MURMUR3_128" ? Murmur3.Hash128(Bytes(value))
            : Digest(Encoding.UTF8.GetBytes(Text(value)));
        return EventValue.Of(_base64 ? Convert.ToBase64String(hash) : Convert.ToHexStringLower(hash));
    }

    // Integers are hashed as numbers: of 64 bits by MURMUR3, by MURMUR3_128 of 32 bits where they fit.
    private byte[] Bytes(EventValue value)
    {
        if (value.Kind != ValueKind.Integer)
        {
            return Encoding.UTF8.GetBytes(Text(value));
        }
        var isSmall = _method == "MURMUR3_128" && value.Integer is >= int.MinValue and <= int.MaxValue;
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value.Integer);
        return isSmall ? bytes[..4] : bytes;
    }

#pragma warning disable CA5350, CA5351 // SHA1 and MD5 are what the user asked for: fingerprints, not signatures.
    private byte[] Digest(byte[] data) => (_method, _key) switch
    {
        ("MD5", null) => MD5.HashData(data),
        ("MD5", _) => HMACMD5.HashData(_key, data),
        ("SHA256", null) => SHA256.HashData(data),
        ("SHA256", _) => HMACSHA256.HashData(_key, data),
        ("SHA384", null) => SHA384.HashData(data),
        ("SHA384", _) => HMACSHA384.HashData(_key, data),
        ("SHA512", null) => SHA512.HashData(data),
        ("SHA512", _) => HMACSHA512.HashData(_key, data),
        (_, null) => SHA1.HashData(data),
        _ => HMACSHA1.HashData(_key, data),
    };
#pragma warning restore CA5350, CA5351

    private string Network(string text)
    {
        if (!IPAddress.TryParse(text, out var address) || address.GetAddressBytes() is not { Length: 4 } bytes)
        {
            throw new EventFieldException($"'{text}' is not an IPv4 address.");
        }
        var mask = _prefixLength == 0 ? 0 : uint.MaxValue << (32 - _prefixLength);
        var network = BinaryPrimitives.ReadUInt32BigEndian(bytes) & mask;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{network >> 24}.{(network >> 16) & 255}.{(network >> 8) & 255}.{network & 255}");
    }
}
