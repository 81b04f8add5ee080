using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline;

/// <summary>Makes the operations of a mutate filter from its options.</summary>
internal static class MutateOperations
{
    private static readonly string[] ConvertTypes =
        ["integer", "float", "integer_eu", "float_eu", "string", "boolean"];

    public static IEnumerable<MutateOperation> Create(PluginContext context) =>
    [
        .. Sets(context, "coerce", value => value.Kind == ValueKind.Null),
        .. Moves(context, "rename", isCopy: false),
        .. Sets(context, "update", value => !value.IsMissing),
        .. Sets(context, "replace", _ => true),
        .. Converts(context),
        .. Gsubs(context),
        .. Texts(context, "uppercase", RubyText.Upcase),
        .. Texts(context, "capitalize", RubyText.Capitalize),
        .. Texts(context, "lowercase", text => text.ToLowerInvariant()),
        .. Texts(context, "strip", RubyText.Strip),
        .. ByTemplate(context, "split", (name, field, value) => new SplitOperation(name, field, value)),
        .. ByTemplate(context, "join", (name, field, value) => new JoinOperation(name, field, value)),
        .. Merges(context),
        .. Moves(context, "copy", isCopy: true),
    ];

    private static IEnumerable<MutateOperation> Texts(
        PluginContext context, string setting, Func<string, string> change)
    {
        foreach (var value in context.Settings.ListValues(setting))
        {
            var (name, field) = CommonOptions.FieldOf(context, value);
            yield return new TextOperation(name, field, change);
        }
    }

    private static IEnumerable<MutateOperation> Sets(
        PluginContext context, string setting, Func<EventValue, bool> applies) =>
        ByTemplate(context, setting, (name, field, value) => new SetOperation(name, field, value, applies));

    private static IEnumerable<MutateOperation> ByTemplate(
        PluginContext context,
        string setting,
        Func<EventTemplate, FieldReference?, EventTemplate, MutateOperation> create)
    {
        foreach (var entry in context.Settings.Hash(setting))
        {
            var (name, field) = CommonOptions.FieldOf(context, entry.Key);
            if (RequireText(context, setting, entry.Value))
            {
                yield return create(name, field, context.Template(entry.Value));
            }
        }
    }

    private static IEnumerable<MutateOperation> Moves(PluginContext context, string setting, bool isCopy)
    {
        foreach (var entry in context.Settings.Hash(setting))
        {
            var (name, field) = CommonOptions.FieldOf(context, entry.Key);
            if (RequireText(context, setting, entry.Value))
            {
                var (newName, newField) = CommonOptions.FieldOf(context, entry.Value);
                yield return new MoveOperation(name, field, newName, newField, isCopy);
            }
        }
    }

    private static IEnumerable<MutateOperation> Converts(PluginContext context)
    {
        foreach (var entry in context.Settings.Hash("convert"))
        {
            var (name, field) = CommonOptions.FieldOf(context, entry.Key);
            if (!RequireText(context, "convert", entry.Value))
            {
                continue;
            }
            if (!ConvertTypes.Contains(entry.Value.Text))
            {
                context.Error(entry.Value.Span, $"a field cannot be converted to '{entry.Value.Text}'",
                    NearestName.Remedy(entry.Value.Text!, ConvertTypes));
                continue;
            }
            yield return new ConvertOperation(name, field, MutateConversion.Of(entry.Value.Text!));
        }
    }

    private static IEnumerable<MutateOperation> Merges(PluginContext context)
    {
        foreach (var entry in context.Settings.Hash("merge"))
        {
            var (name, field) = CommonOptions.FieldOf(context, entry.Key);
            foreach (var added in entry.Value.Items ?? [entry.Value])
            {
                if (RequireText(context, "merge", added))
                {
                    yield return new MergeOperation(name, field, context.Field(added));
                }
            }
        }
    }

    private static IEnumerable<MutateOperation> Gsubs(PluginContext context)
    {
        var values = context.Settings.ListValues("gsub");
        if (values.Count % 3 != 0)
        {
            context.Error("gsub", "'gsub' takes field, pattern and replacement, three texts each time",
                "write: gsub => [\"field\", \"pattern\", \"replacement\"]");
            yield break;
        }
        for (var i = 0; i < values.Count; i += 3)
        {
            var (name, field) = CommonOptions.FieldOf(context, values[i]);
            if (RubySubstitution.Create(context, values[i + 1], values[i + 2]) is { } substitution)
            {
                yield return new GsubOperation(name, field, substitution);
            }
        }
    }

    private static bool RequireText(PluginContext context, string setting, ConfigValue value)
    {
        if (value.Text is not null)
        {
            return true;
        }
        context.Error(value.Span, $"'{setting}' takes a text for each field, not {value.KindName}");
        return false;
    }
}
