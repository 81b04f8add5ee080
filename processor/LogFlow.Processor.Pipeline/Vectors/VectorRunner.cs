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
            var vector = new TestVector(document.RootElement, name);
            if (vector.Requirement is { } missing)
            {
                return new VectorResult(vector.Id, VectorOutcome.Skipped, missing);
            }
            return Run(vector);
        }
    }

    private VectorResult Run(TestVector vector)
    {
        if (vector.IsParseOnly)
        {
            return RunGrammar(vector);
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
        var batch = new PipelineBatch();
        vector.AddEvents(batch);
        pipeline.CreateWorker().Filter(batch);
        var difference = VectorComparer.Compare(vector, batch);
        return difference is null
            ? new VectorResult(vector.Id, VectorOutcome.Passed, string.Empty)
            : new VectorResult(vector.Id, VectorOutcome.Failed, difference);
    }

    // Vectors of the grammar use plugins and options that do not exist, so only the grammar is judged by them.
    private static VectorResult RunGrammar(TestVector vector)
    {
        var error = string.Empty;
        try
        {
            PipelineParser.Parse(new PipelineSource(vector.Id, vector.Config));
        }
        catch (PipelineSyntaxException e)
        {
            error = e.Message;
        }
        if (error.Length == 0 == vector.IsValid)
        {
            return new VectorResult(vector.Id, VectorOutcome.Passed, string.Empty);
        }
        return new VectorResult(
            vector.Id, VectorOutcome.Failed, vector.IsValid ? error : "The text should be refused, but is accepted.");
    }

    private static VectorResult Rejected(TestVector vector, PipelineSyntaxException e)
    {
        var isUnsupported = e.Diagnostics.All(d => d.Message.EndsWith("is not supported", StringComparison.Ordinal)
            || d.Message.StartsWith("there is no filter", StringComparison.Ordinal));
        return isUnsupported
            ? new VectorResult(vector.Id, VectorOutcome.Skipped, e.Diagnostics[0].Message)
            : new VectorResult(vector.Id, VectorOutcome.Failed, e.Message);
    }
}
