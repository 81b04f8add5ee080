using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>JSON as the tools print it: one object a line, letters beyond ASCII as they are.</summary>
internal static class JsonLine
{
    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints one object.</summary>
    public static void Write(TextWriter output, JsonObject value) => output.WriteLine(value.ToJsonString(Relaxed));
}
