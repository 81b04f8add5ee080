using System.Text;
using System.Text.Json;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Runs test vectors: JSON lines, each with a pipeline's text, events to put in, and what must come out. Users test
/// their own pipelines with it; LogFlow's tests run what was recorded from Logstash.
/// </summary>
public sealed class VectorRunner(PluginRegistry registry)
{
    /// <summary>Runs all vectors of a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<VectorResult> RunFile(string path)
    {
        var results = new List<VectorResult>();
        var number = 0;
        foreach (var line in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            if (line.AsSpan().Trim().Length > 0)
            {
                results.Add(Run(line, $"{Path.GetFileName(path)}:{number}"));
            }
        }
        return results;
    }

    /// <summary>Runs one vector.</summary>
    /// <param name="json">The vector.</param>
    /// <param name="name">What to call it when it has no id.</param>
    public VectorResult Run(string json, string name)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            return new VectorResult(name, VectorOutcome.Failed, $"The vector is not JSON: {e.Message}");
        }
        using (document)
        {
            return Run(new TestVector(document.RootElement, name));
        }
    }

    private VectorResult Run(TestVector vector)
    {
        if (vector.IsParseOnly)
        {
            return RunGrammar(vector);
        }
        if (vector.HasLines)
        {
            return new VectorResult(vector.Id, VectorOutcome.Unsupported, "the codec 'multiline' is not supported");
        }
        CompiledPipeline pipeline;
        try
        {
            pipeline = CompiledPipeline.Load([new PipelineSource(vector.Id, vector.Config)], vector.Options, registry);
        }
        catch (PipelineSyntaxException e)
        {
            return Rejected(vector, e);
        }
        if (vector.Requirement is { } missing)
        {
            return new VectorResult(vector.Id, VectorOutcome.Skipped, missing);
        }
        var batch = new PipelineBatch();
        vector.AddEvents(batch);
        pipeline.CreateWorker().Filter(batch);
        var difference = VectorComparer.Compare(vector, batch);
        return difference is null
            ? new VectorResult(vector.Id, VectorOutcome.Passed, string.Empty)
            : new VectorResult(vector.Id, VectorOutcome.Failed, difference);
    }

    /// <summary>
    /// Vectors of the grammar use plugins and options that do not exist: a valid text has to parse, no more. One that
    /// is not valid has to be refused by the parser or, for what only the compiler sees, by that, and not for a name
    /// that is unknown here.
    /// </summary>
    private VectorResult RunGrammar(TestVector vector)
    {
        var error = string.Empty;
        var source = new PipelineSource(vector.Id, vector.Config);
        try
        {
            PipelineParser.Parse(source);
            if (!vector.IsValid)
            {
                CompiledPipeline.Load([source], vector.Options, registry);
            }
        }
        catch (PipelineSyntaxException e)
        {
            error = e.Diagnostics.All(static diagnostic => diagnostic.IsUnsupported) ? string.Empty : e.Message;
        }
        if (error.Length == 0 == vector.IsValid)
        {
            return new VectorResult(vector.Id, VectorOutcome.Passed, string.Empty);
        }
        return new VectorResult(
            vector.Id, VectorOutcome.Failed, vector.IsValid ? error : "The text should be refused, but is accepted.");
    }

    private static VectorResult Rejected(TestVector vector, PipelineSyntaxException e) => new(
        vector.Id,
        e.Diagnostics.All(static diagnostic => diagnostic.IsUnsupported)
            ? VectorOutcome.Unsupported
            : VectorOutcome.Failed,
        string.Join("; ", e.Diagnostics.Select(static diagnostic => diagnostic.Message)));
}
