using System.Collections.Concurrent;
using Elastic.Clients.Elasticsearch.IndexManagement;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// For servers that know no <c>require_data_stream</c> (OpenSearch, Elasticsearch before 8.13): sees to it that a data
/// stream exists before anything is written to it. A bulk would make a plain index of its name where no template
/// matches, and no template mends that afterwards.
/// </summary>
internal sealed class DataStreamGuard(ElasticsearchConnection connection, TimeProvider time)
{
    /// <summary>Somebody may delete a data stream and its template; it is looked at again after this time.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(1);

    /// <summary>When each was seen last.</summary>
    private readonly ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);

    /// <summary>Makes the data stream unless it is there; an answer that is no success says why it is not.</summary>
    public async Task<ApiAnswer> EnsureAsync(string name, CancellationToken cancellationToken)
    {
        if (_seen.TryGetValue(name, out var seen) && time.GetElapsedTime(seen) < KnownFor)
        {
            return new ApiAnswer(200, string.Empty, string.Empty);
        }

        var answer = await LookAsync(name, cancellationToken);
        if (answer.Status == 404)
        {
            (answer, _) = await ApiAnswer.SendAsync(
                token => connection.Client.Indices.CreateDataStreamAsync(
                    new CreateDataStreamRequest(name) { RequestConfiguration = ElasticsearchConnection.PlainJson },
                    token),
                cancellationToken);
            if (answer is { Status: 400, ErrorType: "resource_already_exists_exception" })
            {
                // Another lane or process was quicker, or a plain index has the name: looking again tells.
                answer = await LookAsync(name, cancellationToken);
            }
        }

        if (answer.IsSuccess)
        {
            _seen[name] = time.GetTimestamp();
        }

        return answer;
    }

    /// <summary>Raw: OpenSearch describes a data stream with less than the typed answer demands.</summary>
    private async Task<ApiAnswer> LookAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(
            Elastic.Transport.HttpMethod.GET, $"/_data_stream/{Uri.EscapeDataString(name)}",
            cancellationToken: cancellationToken);
        return ApiAnswer.Of(response);
    }
}
