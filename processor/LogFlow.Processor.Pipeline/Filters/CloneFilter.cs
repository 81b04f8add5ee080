namespace LogFlow.Processor.Pipeline;

/// <summary>Copies an event; the common options apply to the copies.</summary>
internal sealed class CloneFilter : Filter
{
    private static readonly FieldReference TypeField = FieldReference.Parse("type");

    private readonly EventTemplate[] _clones;
    private readonly bool _isEcs;

    private CloneFilter(PluginContext context)
        : base(context)
    {
        _clones = [.. context.Settings.ListValues("clones").Select(context.Template)];
        _isEcs = context.IsEcs;
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "clone",
        new SettingSpec("clones", SettingType.List) { Required = true },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new CloneFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        foreach (var clone in _clones)
        {
            var name = clone.Format(target, context.Now);
            var copy = target.Clone();
            if (_isEcs)
            {
                copy.AddTag(name);
            }
            else
            {
                copy.Set(TypeField, EventValue.Of(name));
            }
            Matched(copy, context);
            context.Emit(copy);
        }
    }
}
