using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LogFlow.Hosting;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary><c>/_security/api_key</c>: makes, lists and withdraws API keys, as Elasticsearch does.</summary>
internal sealed class ApiKeyEndpoint(StoreUsers users)
{
    private const int IdBytes = 15;
    private const int SecretBytes = 16;
    private const int NameLengthMax = 256; // Elasticsearch's.

    public async Task CreateAsync(HttpContext context, RequestBody body)
    {
        new UrlParameters(context.Request).Check("refresh");
        var access = IndexAccess.Of(context);
        access.Administers("cluster:admin/xpack/security/api_key/create");
        if (access.Principal.Key is not null)
        {
            throw new QueryException("illegal_argument_exception",
                "creating derived api keys is not supported by the LogFlow store: make them as a user");
        }

        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        using var json = SearchEndpoint.Parse(await body.ReadAsync());
        var key = Read(json?.RootElement, access.Principal, secret);
        users.Change(state => state with { Keys = state.Keys.Add(key.Id, key) });
        await HttpAnswer.JsonAsync(context, 200, output =>
        {
            output.WriteString("id", key.Id);
            output.WriteString("name", key.Name);
            if (key.ExpiresMs is { } end)
            {
                output.WriteNumber("expiration", end);
            }

            output.WriteString("api_key", secret);
            output.WriteString("encoded", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{key.Id}:{secret}")));
        });
    }

    public async Task GetAsync(HttpContext context)
    {
        var url = new UrlParameters(context.Request);
        url.Check("id", "name", "owner", "username", "realm_name", "active_only", "with_limited_by",
            "with_profile_uid");
        var access = IndexAccess.Of(context);
        var isOwn = access.Principal.Key is { } own && url.Get("id") == own.Id;
        if (!isOwn)
        {
            access.Administers("cluster:admin/xpack/security/api_key/get");
        }

        var nowMs = users.NowMs;
        var found = Find(url.Get("id") is { } id ? [id] : null, url.Get("name"),
                url.IsTrue("owner") ? access.Principal.Name : url.Get("username"))
            .Where(key => !url.IsTrue("active_only") || key.IsInForce(nowMs)).ToArray();
        await HttpAnswer.JsonAsync(context, url.Get("id") is not null && found.Length == 0 ? 404 : 200, json =>
        {
            json.WriteStartArray("api_keys");
            foreach (var key in found)
            {
                json.WriteStartObject();
                Write(json, key);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async Task InvalidateAsync(HttpContext context, RequestBody body)
    {
        new UrlParameters(context.Request).Check();
        var access = IndexAccess.Of(context);
        access.Administers("cluster:admin/xpack/security/api_key/invalidate");
        using var json = SearchEndpoint.Parse(await body.ReadAsync());
        var (ids, name, owner) = ReadChoice(json?.RootElement, access.Principal.Name);
        var nowMs = users.NowMs;
        string[] ended = [];
        string[] before = [];
        users.Change(state =>
        {
            var found = Find(ids, name, owner, state).ToArray();
            ended = [.. found.Where(static key => key.InvalidatedMs is null).Select(static key => key.Id)];
            before = [.. found.Where(static key => key.InvalidatedMs is not null).Select(static key => key.Id)];
            return ended.Length == 0 ? state : state with
            {
                Keys = state.Keys.SetItems(ended.Select(id =>
                    KeyValuePair.Create(id, state.Keys[id] with { InvalidatedMs = nowMs }))),
            };
        });
        await HttpAnswer.JsonAsync(context, 200, output =>
        {
            WriteList(output, "invalidated_api_keys", ended);
            WriteList(output, "previously_invalidated_api_keys", before);
            output.WriteNumber("error_count", 0);
        });
    }

    private StoreApiKey Read(JsonElement? body, StorePrincipal owner, string secret)
    {
        string? name = null;
        TimeSpan? lifetime = null;
        JsonElement? descriptors = null;
        JsonElement? metadata = null;
        foreach (var property in body is { } given ? Json.Object(given, "api_key").EnumerateObject() : default)
        {
            switch (property.Name)
            {
                case "name":
                    name = Json.Scalar(property.Value, "name");
                    break;
                case "expiration" when property.Value.ValueKind != JsonValueKind.Null:
                    lifetime = ReadLifetime(Json.Scalar(property.Value, "expiration"));
                    break;
                case "expiration":
                    break;
                case "role_descriptors" when property.Value.ValueKind != JsonValueKind.Null:
                    descriptors = Json.Object(property.Value, "role_descriptors").Clone();
                    break;
                case "role_descriptors":
                    break;
                case "metadata":
                    metadata = Json.Object(property.Value, "metadata").Clone();
                    break;
                default:
                    throw QueryException.Unsupported($"[{property.Name}] of an API key");
            }
        }

        if (string.IsNullOrWhiteSpace(name) || name.Length > NameLengthMax || name.StartsWith('_'))
        {
            throw UserChange.Invalid(
                $"api key name is required, at most {NameLengthMax} characters long, and may not begin with [_]");
        }

        // Without descriptors it has what its maker has now.
        var roles = descriptors is { } some && some.EnumerateObject().Any() ? RoleDescriptors.Read(some) : null;
        var nowMs = users.NowMs;
        return new StoreApiKey
        {
            Id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)),
            Name = name,
            Hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret)),
            Owner = owner.Name,
            Grants = roles?.Grants ?? [StoreGrant.Everything],
            IsAdmin = roles?.IsAdmin ?? true,
            CreatedMs = nowMs,
            ExpiresMs = lifetime is { } time ? nowMs + (long)time.TotalMilliseconds : null,
            RoleDescriptors = descriptors,
            Metadata = metadata,
        };
    }

    private static TimeSpan ReadLifetime(string text) =>
        Duration.TryParse(text, out var time) && time > TimeSpan.Zero && time < TimeSpan.FromDays(365_000)
            ? time
            : throw new QueryException("illegal_argument_exception",
                $"failed to parse setting [expiration] with value [{text}] as a time value");

    private static (IReadOnlyList<string>? Ids, string? Name, string? Owner) ReadChoice(JsonElement? body, string self)
    {
        IReadOnlyList<string>? ids = null;
        string? name = null;
        string? owner = null;
        foreach (var property in body is { } given ? Json.Object(given, "api_key").EnumerateObject() : default)
        {
            switch (property.Name)
            {
                case "ids" or "id":
                    ids = Json.Strings(property.Value, property.Name);
                    break;
                case "name":
                    name = Json.Scalar(property.Value, "name");
                    break;
                case "username":
                    owner = Json.Scalar(property.Value, "username");
                    break;
                case "owner":
                    owner = Json.Bool(property.Value, "owner") ? self : owner;
                    break;
                case "realm_name":
                    break;
                default:
                    throw QueryException.Unsupported($"[{property.Name}] of the API keys to invalidate");
            }
        }

        return ids is null && name is null && owner is null
            ? throw UserChange.Invalid("One of [api key id(s), api key name, username, realm name] must be specified")
            : (ids, name, owner);
    }

    private IEnumerable<StoreApiKey> Find(
        IReadOnlyList<string>? ids, string? name, string? owner, SecurityState? state = null) =>
        (state ?? users.State).Keys.Values.Where(key => (ids is null || ids.Contains(key.Id))
            && (name is null || SimplePattern.Matches(name, key.Name))
            && (owner is null || key.Owner == owner));

    private static void Write(Utf8JsonWriter json, StoreApiKey key)
    {
        json.WriteString("id", key.Id);
        json.WriteString("name", key.Name);
        json.WriteString("type", "rest");
        json.WriteNumber("creation", key.CreatedMs);
        if (key.ExpiresMs is { } end)
        {
            json.WriteNumber("expiration", end);
        }

        json.WriteBoolean("invalidated", key.InvalidatedMs is not null);
        if (key.InvalidatedMs is { } ended)
        {
            json.WriteNumber("invalidation", ended);
        }

        json.WriteString("username", key.Owner);
        json.WriteString("realm", SecurityEndpoint.UserRealm);
        json.WriteString("realm_type", "native");
        json.WritePropertyName("metadata");
        UserEndpoint.WriteObject(json, key.Metadata);
        json.WritePropertyName("role_descriptors");
        UserEndpoint.WriteObject(json, key.RoleDescriptors);
    }

    private static void WriteList(Utf8JsonWriter json, string name, string[] ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }
}
