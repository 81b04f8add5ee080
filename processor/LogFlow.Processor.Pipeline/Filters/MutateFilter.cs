namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Changes fields. Whatever the order in the file, the operations run in Logstash's: coerce, rename, update, replace,
/// convert, gsub, uppercase, capitalize, lowercase, strip, split, join, merge, copy.
/// </summary>
internal sealed class MutateFilter : Filter
{
    private readonly MutateOperation[] _operations;
    private readonly string _tagOnFailure;

    private MutateFilter(PluginContext context)
        : base(context)
    {
        _tagOnFailure = context.Settings.String("tag_on_failure")!;
        _operations = [.. MutateOperations.Create(context)];
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "mutate",
        new SettingSpec("coerce", SettingType.Hash),
        new SettingSpec("rename", SettingType.Hash),
        new SettingSpec("update", SettingType.Hash),
        new SettingSpec("replace", SettingType.Hash),
        new SettingSpec("convert", SettingType.Hash),
        new SettingSpec("gsub", SettingType.List),
        new SettingSpec("uppercase", SettingType.List),
        new SettingSpec("capitalize", SettingType.List),
        new SettingSpec("lowercase", SettingType.List),
        new SettingSpec("strip", SettingType.List),
        new SettingSpec("split", SettingType.Hash),
        new SettingSpec("join", SettingType.Hash),
        new SettingSpec("merge", SettingType.Hash),
        new SettingSpec("copy", SettingType.Hash),
        new SettingSpec("tag_on_failure", SettingType.String) { Default = "_mutate_error" })
    {
        CreateFilter = context => new MutateFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        try
        {
            foreach (var operation in _operations)
            {
                operation.Apply(target, context);
            }
        }
        catch (Exception e) when (e is EventFieldException or FieldReferenceException or MutateException
            or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            // As in Logstash: what was done stays, the rest is left out.
            context.CountFailure();
            target.Tag(_tagOnFailure);
            return;
        }
        Matched(target, context);
    }
}
