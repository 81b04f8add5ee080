using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// Templates, policies and pipelines: PUT keeps the body, GET returns it as Elasticsearch does, HEAD tells whether it
/// is there.
/// </summary>
internal sealed class TemplateEndpoint(TemplateKeeper keeper)
{
    /// <param name="context">The request.</param>
    /// <param name="kind">Such as <c>_index_template</c>.</param>
    /// <param name="name">A name; a pattern to read; null: all of them.</param>
    /// <param name="body">What is put.</param>
    public async Task HandleAsync(HttpContext context, string kind, string? name, RequestBody body)
    {
        new UrlParameters(context.Request).Check("create", "flat_settings", "cause", "summary", "if_version");
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            await GetAsync(context, kind, name ?? "*");
            return;
        }

        // What is put has no effect: every sender brings its own. Taking it away is not theirs.
        var access = IndexAccess.Of(context);
        if (HttpMethods.IsDelete(method))
        {
            access.Administers($"indices:admin/{kind[1..]}/delete");
        }
        else
        {
            access.Writes($"indices:admin/{kind[1..]}/put");
        }

        if (name is null)
        {
            throw new QueryException("illegal_argument_exception", $"{method} of [{kind}] needs a name", 405);
        }

        if (HttpMethods.IsPut(method) || HttpMethods.IsPost(method))
        {
            keeper.Put(kind, name, await body.ReadAsync());
        }
        else if (!HttpMethods.IsDelete(method))
        {
            throw new QueryException("illegal_argument_exception", $"{method} of [{kind}] is not allowed", 405);
        }
        else if (!keeper.Remove(kind, name))
        {
            throw NotFound(kind, name);
        }

        await HttpAnswer.JsonAsync(context, 200, json => json.WriteBoolean("acknowledged", true));
    }

    private async Task GetAsync(HttpContext context, string kind, string pattern)
    {
        var found = keeper.Find(kind, pattern).ToList();
        if (found.Count == 0 && !pattern.Contains('*'))
        {
            throw NotFound(kind, pattern);
        }

        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            if (kind is "_index_template" or "_component_template")
            {
                WriteList(json, kind[1..], found);
                return;
            }

            foreach (var (name, body) in found)
            {
                json.WritePropertyName(name);
                WriteBody(json, body, isPolicy: kind == "_ilm/policy");
            }
        });
    }

    /// <summary>Templates stand in a list, under their name: <c>index_templates: [{name, …}]</c>.</summary>
    private static void WriteList(Utf8JsonWriter json, string member, List<(string Name, byte[] Body)> found)
    {
        json.WriteStartArray(member + "s");
        foreach (var (name, body) in found)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WritePropertyName(member);
            json.WriteRawValue(body);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteBody(Utf8JsonWriter json, byte[] body, bool isPolicy)
    {
        if (!isPolicy)
        {
            json.WriteRawValue(body);
            return;
        }

        using var document = JsonDocument.Parse(body);
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            property.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static QueryException NotFound(string kind, string name) => new("resource_not_found_exception", kind switch
    {
        "_index_template" => $"index template matching [{name}] not found",
        "_component_template" => $"component template matching [{name}] not found",
        "_ilm/policy" => $"Lifecycle policy not found: {name}",
        _ => $"{kind} [{name}] is missing",
    }, 404);
}
