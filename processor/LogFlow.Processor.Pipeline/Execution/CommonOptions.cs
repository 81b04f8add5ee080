namespace LogFlow.Processor.Pipeline;

/// <summary>The options every filter has, in the order Logstash applies them.</summary>
internal sealed class CommonOptions
{
    private readonly (EventTemplate Field, FieldReference? Fixed, EventTemplate[] Values)[] _addField;
    private readonly (EventTemplate Field, FieldReference? Fixed)[] _removeField;
    private readonly EventTemplate[] _addTag;
    private readonly EventTemplate[] _removeTag;
    private readonly bool _isEmpty;

    public CommonOptions(PluginContext context)
    {
        var settings = context.Settings;
        _addField = [.. settings.Hash("add_field").Select(entry => CreateAddField(context, entry))];
        _removeField = [.. settings.ListValues("remove_field").Select(value => FieldOf(context, value))];
        _addTag = [.. settings.ListValues("add_tag").Select(context.Template)];
        _removeTag = [.. settings.ListValues("remove_tag").Select(context.Template)];
        _isEmpty = _addField.Length + _removeField.Length + _addTag.Length + _removeTag.Length == 0;
    }

    public void Apply(Event target, FilterContext context)
    {
        if (_isEmpty)
        {
            return;
        }
        foreach (var (field, known, values) in _addField)
        {
            var reference = known ?? FieldReference.Parse(field.Format(target, context.Now));
            foreach (var value in values)
            {
                Add(target, reference, EventValue.Of(value.Format(target, context.Now)));
            }
        }
        foreach (var (field, known) in _removeField)
        {
            target.Remove(known ?? FieldReference.Parse(field.Format(target, context.Now)));
        }
        foreach (var tag in _addTag)
        {
            target.AddTag(tag.Format(target, context.Now));
        }
        foreach (var tag in _removeTag)
        {
            target.RemoveTag(tag.Format(target, context.Now));
        }
    }

    // A field that exists becomes a list, or its list grows.
    private static void Add(Event target, FieldReference field, EventValue value)
    {
        var existing = target.Get(field);
        if (existing.IsNil)
        {
            target.Set(field, value);
        }
        else if (existing.List is { } list)
        {
            list.Add(value);
        }
        else
        {
            target.Set(field, EventValue.Of(new EventList([existing, value])));
        }
    }

    private static (EventTemplate Field, FieldReference? Fixed, EventTemplate[] Values) CreateAddField(
        PluginContext context, HashEntry entry)
    {
        var (field, known) = FieldOf(context, entry.Key);
        var values = (entry.Value.Items ?? [entry.Value]).ToList();
        if (values.Any(value => value.Text is null))
        {
            context.Error(entry.Value.Span,
                $"a field can be set to a text or a list of texts, not to {entry.Value.KindName}",
                "write [outer][inner] as the key to set an inner field");
            return (field, known, []);
        }
        return (field, known, [.. values.Select(context.Template)]);
    }

    internal static (EventTemplate Field, FieldReference? Fixed) FieldOf(PluginContext context, ConfigValue name)
    {
        var template = context.Template(name);
        return (template, template.IsLiteral ? context.Field(name) : null);
    }
}
