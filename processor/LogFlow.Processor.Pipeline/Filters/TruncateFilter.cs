namespace LogFlow.Processor.Pipeline;

/// <summary>Cuts texts to a length in bytes, never within a character.</summary>
internal sealed class TruncateFilter : Filter
{
    private readonly FieldReference[] _fields;
    private readonly int _bytesMax;

    private TruncateFilter(PluginContext context)
        : base(context)
    {
        _fields = [.. context.Settings.ListValues("fields").Select(context.Field)];
        _bytesMax = (int)Math.Clamp(context.Settings.Integer("length_bytes"), 0, int.MaxValue);
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "truncate",
        new SettingSpec("fields", SettingType.FieldReferenceList),
        new SettingSpec("length_bytes", SettingType.Number) { Required = true })
    {
        CreateFilter = context => new TruncateFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var isCut = _fields.Length == 0 && Truncate(target.Fields);
        foreach (var field in _fields)
        {
            var value = target.Get(field);
            var truncated = Truncate(value, ref isCut);
            if (value.IsString && !value.Equals(truncated))
            {
                target.Set(field, truncated);
            }
        }
        // Only a cut is a success: add_tag and the like tell what was cut.
        if (isCut)
        {
            Matched(target, context);
        }
    }

    private EventValue Truncate(EventValue value, ref bool isCut)
    {
        if (value.IsString)
        {
            var cut = Truncate(value.AsString());
            isCut |= !value.Equals(cut);
            return cut;
        }
        if (value.Map is { } map)
        {
            isCut |= Truncate(map);
        }
        else if (value.List is { } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                var truncated = Truncate(list[i], ref isCut);
                if (!list[i].Equals(truncated))
                {
                    list[i] = truncated;
                }
            }
        }
        return value;
    }

    private bool Truncate(EventMap map)
    {
        var isCut = false;
        for (var i = 0; i < map.Count; i++)
        {
            var value = map.ValueAt(i);
            var truncated = Truncate(value, ref isCut);
            if (value.IsString && !value.Equals(truncated))
            {
                map[map.NameAt(i)] = truncated;
            }
        }
        return isCut;
    }

    private EventValue Truncate(string text)
    {
        var bytes = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > _bytesMax)
            {
                return EventValue.Slice(text, 0, length);
            }
            length += rune.Utf16SequenceLength;
        }
        return EventValue.Of(text);
    }
}
