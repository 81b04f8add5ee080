using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>Says what the command <c>setup</c> finds and does: lines for people, or a JSON object for each object.
/// </summary>
internal sealed class SetupReport(TextWriter output, bool isJson)
{
    private const int TitleWidth = 38;

    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What follows is about this server.</summary>
    public void Begin(ISetupTarget target, string name)
    {
        if (!isJson)
        {
            output.WriteLine($"{name} at {target.Address}");
        }
    }

    /// <summary>How an object stands, and what is done about it.</summary>
    public void Tell(ISetupTarget target, SetupFinding finding, string action)
    {
        var item = finding.Object;
        if (isJson)
        {
            Write(new JsonObject
            {
                ["server"] = target.Address,
                ["kind"] = item.KindText,
                ["name"] = item.Name,
                ["state"] = Word(finding.State),
                ["action"] = action,
                ["detail"] = finding.Detail,
            });
            return;
        }

        var detail = finding.Detail.Length > 0 ? $": {finding.Detail}" : "";
        output.WriteLine($"  {item.Title.PadRight(TitleWidth)}{Describe(finding.State, action)}{detail}");
    }

    /// <summary>A request that would be sent, so that it can be read.</summary>
    public void Show(ISetupTarget target, SetupRequest request)
    {
        if (isJson)
        {
            Write(new JsonObject
            {
                ["server"] = target.Address,
                ["method"] = request.Method,
                ["path"] = request.Path,
                ["body"] = request.Body,
            });
            return;
        }

        output.WriteLine();
        output.WriteLine($"{request.Method} {target.Address}{request.Path}");
        foreach (var (name, value) in request.Headers)
        {
            output.WriteLine($"{name}: {value}");
        }

        output.WriteLine(request.Body);
    }

    /// <summary>Something that concerns no single object.</summary>
    public void Note(string text)
    {
        if (isJson)
        {
            Write(new JsonObject { ["note"] = text });
            return;
        }

        output.WriteLine(text);
    }

    private void Write(JsonObject line) => output.WriteLine(line.ToJsonString(Relaxed));

    private static string Word(SetupState state) => state switch
    {
        SetupState.Equal => "equal",
        SetupState.Missing => "missing",
        SetupState.Older => "older",
        SetupState.Different => "different",
        SetupState.NotNeeded => "not_needed",
        _ => "unsupported",
    };

    private static string Describe(SetupState state, string action) => (state, action) switch
    {
        (SetupState.Equal, _) => "there and equal",
        (SetupState.NotNeeded, _) => "not needed",
        (SetupState.Unsupported, _) => "not for this server",
        (SetupState.Different, SetupRun.Left) => "there but different, left alone (--overwrite replaces it)",
        (SetupState.Different, SetupRun.None) => "there but different",
        (SetupState.Older, SetupRun.None) => "there but older",
        (SetupState.Missing, SetupRun.None) => "missing",
        (SetupState.Missing, SetupRun.Planned) => "missing, would be put",
        (_, SetupRun.Planned) => "there but different, would be replaced",
        (SetupState.Missing, _) => "put",
        _ => "replaced",
    };
}
