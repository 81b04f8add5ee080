using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Replaces %XX by the bytes they stand for; + stays.</summary>
internal sealed class UrlDecodeFilter : Filter
{
    private readonly FieldReference _field;
    private readonly bool _allFields;

    private UrlDecodeFilter(PluginContext context)
        : base(context)
    {
        _field = context.FieldOf("field")!;
        _allFields = context.Settings.Boolean("all_fields");
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "urldecode",
        new SettingSpec("field", SettingType.FieldReference) { Default = "message" },
        new SettingSpec("all_fields", SettingType.Boolean) { Default = false },
        new SettingSpec("charset", SettingType.String) { Default = "UTF-8", Allowed = ["UTF-8"] },
        new SettingSpec("tag_on_failure", SettingType.List) { Default = new[] { "_urldecodefailure" } })
    {
        CreateFilter = context => new UrlDecodeFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        if (_allFields)
        {
            Decode(target.Fields);
        }
        else
        {
            var value = target.Get(_field);
            if (value.IsString || value.List is not null || value.Map is not null)
            {
                var decoded = Decode(value);
                if (value.IsString)
                {
                    target.Set(_field, decoded);
                }
            }
        }
        Matched(target, context);
    }

    private static EventValue Decode(EventValue value)
    {
        if (value.IsString)
        {
            var text = value.AsString();
            return text.Contains('%', StringComparison.Ordinal) ? EventValue.Of(Decode(text)) : value;
        }
        if (value.Map is { } map)
        {
            Decode(map);
        }
        else if (value.List is { } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                var decoded = Decode(list[i]);
                if (list[i].IsString)
                {
                    list[i] = decoded;
                }
            }
        }
        return value;
    }

    private static void Decode(EventMap map)
    {
        for (var i = 0; i < map.Count; i++)
        {
            var value = map.ValueAt(i);
            var decoded = Decode(value);
            if (value.IsString && !value.Equals(decoded))
            {
                map[map.NameAt(i)] = decoded;
            }
        }
    }

    private static string Decode(string text)
    {
        var source = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[source.Length];
        var count = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == '%' && i + 2 < source.Length
                && char.IsAsciiHexDigit((char)source[i + 1]) && char.IsAsciiHexDigit((char)source[i + 2]))
            {
                bytes[count++] = Convert.FromHexString([(char)source[i + 1], (char)source[i + 2]])[0];
                i += 2;
            }
            else
            {
                bytes[count++] = source[i];
            }
        }
        return ToText(bytes.AsSpan(0, count));
    }

    // Bytes that are no UTF-8 are shown as \xNN, as Logstash does.
    private static string ToText(ReadOnlySpan<byte> bytes)
    {
        var builder = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.Done)
            {
                builder.Append(rune.ToString());
            }
            else
            {
                foreach (var invalid in bytes[..used])
                {
                    builder.Append("\\x")
                        .Append(invalid.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            bytes = bytes[used..];
        }
        return builder.ToString();
    }
}
