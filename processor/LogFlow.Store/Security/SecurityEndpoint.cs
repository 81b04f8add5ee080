using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary><c>/_security</c>: who one is, and the ways to users and API keys.</summary>
internal sealed class SecurityEndpoint(StoreGate gate, StoreUsers users)
{
    /// <summary>Elasticsearch's name of the realm of users that it keeps itself.</summary>
    public const string UserRealm = "default_native";

    private const string KeyRealm = "_es_api_key";

    private readonly UserEndpoint _users = new(users);
    private readonly ApiKeyEndpoint _keys = new(users);

    /// <summary>Null: no such endpoint.</summary>
    /// <param name="context">The request.</param>
    /// <param name="parts">The path below <c>_security</c>.</param>
    /// <param name="body">The request's body.</param>
    /// <exception cref="QueryException">It may not be asked for.</exception>
    public Task? Route(HttpContext context, ReadOnlySpan<string> parts, RequestBody body)
    {
        if (!gate.CanBeOn)
        {
            throw new QueryException("illegal_argument_exception",
                "there are no users and no API keys here: security.enabled is false");
        }

        var method = context.Request.Method;
        var isRead = HttpMethods.IsGet(method);
        if (!isRead)
        {
            DemandOwnerFirst(context);
        }

        var isPut = HttpMethods.IsPut(method) || HttpMethods.IsPost(method);
        return parts switch
        {
            ["_authenticate"] when isRead => AuthenticateAsync(context),
            ["api_key"] when isRead => _keys.GetAsync(context),
            ["api_key"] when isPut => _keys.CreateAsync(context, body),
            ["api_key"] when HttpMethods.IsDelete(method) => _keys.InvalidateAsync(context, body),
            ["user"] when isRead => _users.GetAsync(context, null),
            ["user", "_password"] when isPut => _users.SetPasswordAsync(context, null, body),
            ["user", var name] when isRead => _users.GetAsync(context, name),
            ["user", var name] when isPut => _users.PutAsync(context, name, body),
            ["user", var name] when HttpMethods.IsDelete(method) => _users.DeleteAsync(context, name),
            ["user", var name, "_password"] when isPut => _users.SetPasswordAsync(context, name, body),
            ["user", var name, "_enable"] when isPut => _users.SetEnabledAsync(context, name, isEnabled: true),
            ["user", var name, "_disable"] when isPut => _users.SetEnabledAsync(context, name, isEnabled: false),
            _ => null,
        };
    }

    /// <summary>
    /// While everybody is let in, the first user is made by who may read the store's folder: else any process of this
    /// machine could make one, and so lock the others out.
    /// </summary>
    private void DemandOwnerFirst(HttpContext context)
    {
        if (!gate.IsOn && !gate.IsOwner(context.Request))
        {
            throw new QueryException("security_exception",
                "there is no user yet, and the first one is made by who may read the store's folder: "
                + "'logflow store users set NAME --role admin', or the key security.initial_users", 403);
        }
    }

    private Task AuthenticateAsync(HttpContext context)
    {
        new UrlParameters(context.Request).Check();
        var principal = IndexAccess.Of(context).Principal;
        return HttpAnswer.JsonAsync(context, 200, json =>
        {
            if (principal.User is { } user)
            {
                UserEndpoint.Write(json, user);
            }
            else
            {
                json.WriteString("username", principal.Name);
                json.WriteStartArray("roles");
                foreach (var role in principal.Roles)
                {
                    json.WriteStringValue(role);
                }

                json.WriteEndArray();
                json.WriteNull("full_name");
                json.WriteNull("email");
                json.WritePropertyName("metadata");
                UserEndpoint.WriteObject(json, principal.Key?.Metadata);
                json.WriteBoolean("enabled", true);
            }

            var (realm, type, kind) = principal switch
            {
                { Key: not null } => (KeyRealm, KeyRealm, "api_key"),
                { User: not null } => (UserRealm, "native", "realm"),
                _ => ("__anonymous", "__anonymous", "anonymous"),
            };
            WriteRealm(json, "authentication_realm", realm, type);
            WriteRealm(json, "lookup_realm", realm, type);
            json.WriteString("authentication_type", kind);
            if (principal.Key is { } key)
            {
                json.WriteStartObject("api_key");
                json.WriteString("id", key.Id);
                json.WriteString("name", key.Name);
                json.WriteEndObject();
            }
        });
    }

    private static void WriteRealm(Utf8JsonWriter json, string member, string name, string type)
    {
        json.WriteStartObject(member);
        json.WriteString("name", name);
        json.WriteString("type", type);
        json.WriteEndObject();
    }
}
