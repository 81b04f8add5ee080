using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// URL parameters, read strictly: Elasticsearch refuses those it does not know, and so does the store.
/// </summary>
internal sealed class UrlParameters(HttpRequest request)
{
    /// <summary>Known to every endpoint, and without effect on what is found.</summary>
    private static readonly HashSet<string> Common = new(StringComparer.Ordinal)
    {
        "pretty", "human", "error_trace", "format", "ignore_unavailable", "allow_no_indices", "expand_wildcards",
        "master_timeout", "timeout", "preference", "routing", "filter_path", "local", "typed_keys",
    };

    /// <summary>How the request reads its index expression.</summary>
    public IndexOptions Indices => new(
        IndexAccess.Of(request.HttpContext), IsTrue("ignore_unavailable"),
        AllowsNone: Get("allow_no_indices") != "false",
        Get("expand_wildcards") is not { } expands || IndexOptions.ReadExpands(expands.Split(',')));

    /// <summary>Which of a document's fields are wanted; null: nothing was said.</summary>
    public SourceFilter? Source
    {
        get
        {
            var includes = Split(Get("_source_includes"));
            var excludes = Split(Get("_source_excludes"));
            return Get("_source") switch
            {
                null when includes.Length + excludes.Length == 0 => null,
                "false" => SourceFilter.None,
                null or "true" => new SourceFilter(true, includes, excludes),
                var patterns => new SourceFilter(true, [.. Split(patterns), .. includes], excludes),
            };
        }
    }

    public bool IsTrue(string name) =>
        request.Query.TryGetValue(name, out var value) && (string?)value is "" or "true";

    public string? Get(string name) => request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public int? GetInt(string name)
    {
        if (Get(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new QueryException("illegal_argument_exception",
                $"Failed to parse int parameter [{name}] with value [{text}]");
    }

    private static string[] Split(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <exception cref="QueryException">A parameter that is neither common nor one of these.</exception>
    public void Check(params ReadOnlySpan<string> known)
    {
        if (Get("format") is { } format && format is not ("json" or "text" or ""))
        {
            throw QueryException.Unsupported($"the format [{format}] (json is)");
        }

        foreach (var name in request.Query.Keys)
        {
            if (!Common.Contains(name) && !known.Contains(name))
            {
                throw new QueryException("illegal_argument_exception",
                    $"request [{request.Path}] contains unrecognized parameter: [{name}]");
            }
        }
    }
}
