using System.Text;
using System.Text.Json;
using LogFlow.Bulk;

namespace LogFlow.Agent;

/// <summary>What a node answered, or why it did not.</summary>
/// <param name="Node">The node.</param>
/// <param name="Status">The HTTP status; 0: no (whole) answer came.</param>
/// <param name="Body">The body.</param>
/// <param name="Failure">Why no answer came.</param>
internal sealed record ElasticsearchAnswer(Uri Node, int Status, byte[] Body, string? Failure)
{
    /// <summary>Whether it is a success.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The reason that the body gives for a refusal; null where it gives none.</summary>
    public string? Reason { get; } = Status is >= 200 and < 300 ? null : ReadReason(Body);

    /// <summary>What went wrong, for a human.</summary>
    public string Describe() =>
        $"{ElasticsearchHosts.Describe(Node)}: " + (Failure ?? $"HTTP {Status}{(Reason is null ? "" : $", {Reason}")}");

    private static string? ReadReason(byte[] body)
    {
        if (body.Length == 0 || body[0] != (byte)'{')
        {
            // A proxy's page, most likely: its first words are the best description there is.
            return body.Length == 0 ? null : Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(200, body.Length)));
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("error", out var error)
                ? ShortText.Of(
                    error.ValueKind == JsonValueKind.Object && error.TryGetProperty("reason", out var reason)
                        ? reason.ToString()
                        : error.ToString())
                : null;
        }
        catch (JsonException)
        {
            // A torn answer: its status is all that is known.
            return null;
        }
    }
}
