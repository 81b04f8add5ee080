namespace LogFlow.Processor.Pipeline;

/// <summary>Makes an event of each item of a list, or of each part of a text; the original goes.</summary>
internal sealed class SplitFilter : Filter
{
    private const string FailureTag = "_split_type_failure";

    private readonly FieldReference _field;
    private readonly FieldReference _target;
    private readonly string _terminator;

    private SplitFilter(PluginContext context)
        : base(context)
    {
        _field = context.FieldOf("field")!;
        _target = context.FieldOf("target") ?? _field;
        _terminator = context.Settings.String("terminator")!;
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "split",
        new SettingSpec("field", SettingType.FieldReference) { Default = "message" },
        new SettingSpec("terminator", SettingType.String) { Default = "\n" },
        new SettingSpec("target", SettingType.FieldReference),
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new SplitFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var value = target.Get(_field);
        EventList items;
        if (value.List is { } list)
        {
            items = list;
        }
        else if (value.IsString)
        {
            var parts = RubyText.Split(value.AsString(), _terminator);
            // A text without the terminator passes as it is.
            if (parts.Length == 1 && value.Span.SequenceEqual(parts[0]))
            {
                return;
            }
            items = new EventList(parts.Select(part => EventValue.Of(part)));
        }
        else
        {
            Failed(target, context, [FailureTag]);
            return;
        }
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].IsNil || (items[i].IsString && items[i].Span.IsEmpty))
            {
                continue;
            }
            var part = target.Clone();
            part.Set(_target, items[i].DeepClone());
            context.Emit(part);
            Matched(part, context);
        }
        target.Cancel();
    }
}
