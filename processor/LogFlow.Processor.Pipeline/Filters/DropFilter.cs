namespace LogFlow.Processor.Pipeline;

/// <summary>Drops events, or a share of them.</summary>
internal sealed class DropFilter : Filter
{
    private readonly double _percentage;

    private DropFilter(PluginContext context)
        : base(context) => _percentage = context.Settings.Number("percentage");

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "drop",
        new SettingSpec("percentage", SettingType.Number) { Default = 100 })
    {
        CreateFilter = context => new DropFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        if (_percentage >= 100 || Random.Shared.NextDouble() * 100 < _percentage)
        {
            target.Cancel();
            context.Counters.MatchCount++;
        }
    }
}
