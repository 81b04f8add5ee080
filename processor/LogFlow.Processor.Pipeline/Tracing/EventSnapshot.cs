namespace LogFlow.Processor.Pipeline;

/// <summary>The fields of an event at one moment: the reference of each and its value as JSON.</summary>
internal sealed class EventSnapshot
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _tags = [];

    private EventSnapshot()
    {
    }

    /// <summary>Characters of all values together.</summary>
    public long Length { get; private set; }

    /// <summary>Takes one.</summary>
    public static EventSnapshot Of(Event source)
    {
        var snapshot = new EventSnapshot();
        snapshot.Add(source.Fields, string.Empty);
        if (source.Metadata is { } metadata)
        {
            snapshot.Add(metadata, "[@metadata]");
        }
        return snapshot;
    }

    /// <summary>The fields that another one has otherwise, by their order here, then there.</summary>
    public IReadOnlyList<FieldChange> ChangesTo(EventSnapshot after) =>
    [
        .. _fields.Where(field => after._fields.GetValueOrDefault(field.Key) != field.Value)
            .Select(field => new FieldChange(field.Key, field.Value, after._fields.GetValueOrDefault(field.Key))),
        .. after._fields.Where(field => !_fields.ContainsKey(field.Key))
            .Select(field => new FieldChange(field.Key, null, field.Value)),
    ];

    /// <summary>The tags that another one has and this one has not; a tag may be there twice.</summary>
    public IReadOnlyList<string> TagsAddedBy(EventSnapshot after)
    {
        var left = after._tags.ToList();
        _tags.ForEach(tag => left.Remove(tag));
        return left;
    }

    private void Add(EventMap map, string path)
    {
        for (var i = 0; i < map.Count; i++)
        {
            var name = map.NameAt(i);
            var value = map.ValueAt(i);
            if (path.Length == 0 && name == "tags")
            {
                AddTags(value);
            }
            else if (value.Map is { Count: > 0 } inner)
            {
                Add(inner, $"{path}[{name}]");
            }
            else
            {
                var text = EventJson.ToJsonString(value);
                Length += text.Length;
                // A name may be there twice in JSON; the last one is what Logstash takes, too.
                _fields[path.Length == 0 ? name : $"{path}[{name}]"] = text;
            }
        }
    }

    private void AddTags(EventValue value)
    {
        if (value.List is not { } list)
        {
            _tags.AddRange(value.IsNil ? [] : [value.ToText()]);
            return;
        }
        for (var i = 0; i < list.Count; i++)
        {
            _tags.Add(list[i].ToText());
            Length += _tags[^1].Length;
        }
    }
}
