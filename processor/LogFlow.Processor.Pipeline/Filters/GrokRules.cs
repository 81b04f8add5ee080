namespace LogFlow.Processor.Pipeline;

/// <summary>Makes the rules of a grok filter from its options, and reports what is wrong with them.</summary>
internal static class GrokRules
{
    public static GrokFilter.Rule[] Create(PluginContext context)
    {
        var settings = context.Settings;
        var library = CreateLibrary(context);
        var timeout = context.Options.MatchTimeout(settings.Integer("timeout_millis"));
        var overwrite = settings.List("overwrite")
            .Select(field => FieldReference.TryParse(field, out var reference, out _) ? reference.ToBracketForm()
                : field)
            .ToHashSet(StringComparer.Ordinal);
        var target = context.FieldOf("target");
        var rules = new List<GrokFilter.Rule>();
        foreach (var entry in settings.Hash("match"))
        {
            var patterns = new List<GrokFilter.Pattern>();
            foreach (var value in entry.Value.Items ?? [entry.Value])
            {
                if (value.Text is not { } text)
                {
                    context.Error(value.Span, $"a grok pattern is a text, not {value.KindName}");
                    continue;
                }
                if (Compile(context, library, text, value.Span, timeout) is { } pattern)
                {
                    patterns.Add(Resolve(context, pattern, value.Span, target, overwrite));
                }
            }
            rules.Add(new GrokFilter.Rule(context.Field(entry.Key), [.. patterns]));
        }
        return [.. rules];
    }

    /// <summary>The patterns that its options name.</summary>
    public static PatternLibrary CreateLibrary(PluginContext context)
    {
        var settings = context.Settings;
        var library = PatternLibrary.Create(context.IsEcs);
        foreach (var folder in settings.ListValues("patterns_dir"))
        {
            AddFolder(context, library, folder, settings.String("patterns_files_glob")!);
        }
        foreach (var entry in settings.Hash("pattern_definitions"))
        {
            if (entry.Value.Text is { } definition)
            {
                library.Add(entry.Name, definition);
            }
            else
            {
                context.Error(entry.Value.Span, $"a grok pattern is a text, not {entry.Value.KindName}");
            }
        }
        return library;
    }

    private static void AddFolder(PluginContext context, PatternLibrary library, ConfigValue folder, string glob)
    {
        var path = folder.Text!;
        try
        {
            foreach (var file in PatternFiles.Find(path, glob))
            {
                using var reader = new StreamReader(file);
                library.AddFile(reader);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Error(folder.Span, $"the pattern files of '{path}' cannot be read: {e.Message}");
        }
    }

    private static GrokPattern? Compile(
        PluginContext context, PatternLibrary library, string text, SourceSpan span, TimeSpan timeout)
    {
        try
        {
            return GrokCompiler.Compile(text, library, context.Settings.Boolean("named_captures_only"), timeout);
        }
        catch (GrokException e)
        {
            context.Error(span, e.Message, e.Remedy);
            return null;
        }
    }

    private static GrokFilter.Pattern Resolve(
        PluginContext context, GrokPattern pattern, SourceSpan span, FieldReference? target, HashSet<string> overwrite)
    {
        var captures = pattern.Captures.Select(capture =>
        {
            var field = context.Field(capture.Name, span);
            var overwrites = overwrite.Contains(field.ToBracketForm());
            return new GrokFilter.Capture(
                capture.Slot, capture.Group, target is null ? field : target.Child(field), capture.Type, overwrites);
        });
        return new GrokFilter.Pattern(pattern, [.. captures]);
    }
}
