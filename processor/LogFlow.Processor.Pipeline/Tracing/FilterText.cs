using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>The filters of a pipeline as one text, which can be changed and tried.</summary>
public static class FilterText
{
    /// <summary>
    /// The texts that a pipeline's filters stand in, without the sections of inputs and outputs: blank lines are in
    /// their place, so that a place of a single file is the same here.
    /// </summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="mask">Stands for the values of options that are secret; null: they are kept.</param>
    public static string Of(CompiledPipeline pipeline, string? mask)
    {
        var sources = pipeline.Filters.Select(static filter => filter.Node.Span.Source).Distinct().ToList();
        var secrets = mask is null ? [] : pipeline.Filters.SelectMany(SecretsOf).ToList();
        var texts = sources.Select(source => Of(
            source, [.. secrets.Where(secret => secret.Source == source)], $"\"{mask}\""));
        return sources.Count == 1
            ? texts.Single()
            : string.Join("\n", texts.Zip(sources, static (text, source) => $"# {source.Name}\n{text}"));
    }

    /// <summary>Checks that a text has filters and nothing else.</summary>
    /// <exception cref="PipelineSyntaxException">It has other sections, or breaks the grammar.</exception>
    public static void Check(PipelineSource source)
    {
        var others = PipelineParser.Parse(source).Sections.Where(static section => section.Kind != PluginKind.Filter);
        PipelineDiagnostic[] diagnostics = [.. others.Select(static section => new PipelineDiagnostic(
            section.Span,
            "inputs and outputs are not tried",
            "leave the section out: what is tried goes to the running pipeline's outputs, by name alone"))];
        if (diagnostics.Length > 0)
        {
            throw new PipelineSyntaxException(diagnostics);
        }
    }

    private static string Of(PipelineSource source, IReadOnlyList<SourceSpan> secrets, string mask)
    {
        var cuts = PipelineParser.Parse(source).Sections
            .Where(static section => section.Kind != PluginKind.Filter)
            .Select(static section => (section.Span.Start, section.End, Text: string.Empty))
            .Concat(secrets.Select(secret => (secret.Start, secret.Start + secret.Length, mask)))
            .OrderBy(static cut => cut.Start);
        var text = new StringBuilder(source.Text.Length);
        var position = 0;
        foreach (var (start, end, replacement) in cuts)
        {
            text.Append(source.Text, position, start - position).Append(replacement)
                .Append('\n', source.Text.AsSpan(start, end - start).Count('\n'));
            position = end;
        }
        return text.Append(source.Text, position, source.Text.Length - position).ToString();
    }

    private static IEnumerable<SourceSpan> SecretsOf(Filter filter) =>
        from name in filter.Node.Settings.Names
        where filter.Node.Spec.Settings[name].Type == SettingType.Password
        select filter.Node.Settings.SpanOf(name);
}
