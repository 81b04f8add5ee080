using System.Text.Json;

namespace LogFlow.Store;

/// <summary>
/// What an API key may do, as Elasticsearch's role descriptors say it: a map of names to <c>cluster</c> and
/// <c>indices: [{names, privileges}]</c>. What would limit it further and is not known here is refused, as the key
/// would else open more than it was made for.
/// </summary>
internal sealed class RoleDescriptors
{
    /// <summary>Cluster privileges that change who may do what.</summary>
    private static readonly HashSet<string> AdminPrivileges = ["all", "manage_security", "manage_api_key"];

    /// <summary>Those that senders and readers ask for, and that everybody who has logged in has here.</summary>
    private static readonly HashSet<string> CommonPrivileges =
    [
        "none", "monitor", "manage", "manage_index_templates", "manage_ilm", "read_ilm", "manage_ingest_pipelines",
        "manage_pipeline", "read_pipeline", "manage_own_api_key", "cluster:monitor/main",
        "manage_logstash_pipelines", "monitor_stats", "monitor_text_structure",
    ];

    private readonly List<StoreGrant> _grants = [];

    private RoleDescriptors()
    {
    }

    public IReadOnlyList<StoreGrant> Grants => _grants;

    public bool IsAdmin { get; private set; }

    /// <exception cref="QueryException">400: it says what is no privilege here.</exception>
    public static RoleDescriptors Read(JsonElement descriptors)
    {
        var roles = new RoleDescriptors();
        foreach (var role in Json.Object(descriptors, "role_descriptors").EnumerateObject())
        {
            roles.ReadRole(role.Value, role.Name);
        }

        return roles;
    }

    private void ReadRole(JsonElement role, string name)
    {
        foreach (var property in Json.Object(role, name).EnumerateObject())
        {
            switch (property.Name)
            {
                case "cluster":
                    ReadCluster(Json.Strings(property.Value, "cluster"));
                    break;
                case "indices" or "index":
                    foreach (var entry in Json.Many(property.Value))
                    {
                        ReadIndices(entry);
                    }

                    break;
                case "metadata" or "transient_metadata" or "description":
                    break;
                case "applications" or "run_as" or "remote_indices" or "remote_cluster" or "global"
                    when IsEmpty(property.Value):
                    break;
                default:
                    throw QueryException.Unsupported($"[{property.Name}] of the role descriptor [{name}]");
            }
        }
    }

    private void ReadCluster(string[] privileges)
    {
        foreach (var privilege in privileges)
        {
            if (AdminPrivileges.Contains(privilege))
            {
                IsAdmin = true;
            }
            else if (!CommonPrivileges.Contains(privilege))
            {
                throw new QueryException("illegal_argument_exception",
                    $"unknown cluster privilege [{privilege}]: the store knows "
                    + string.Join(", ", AdminPrivileges.Concat(CommonPrivileges).Order(StringComparer.Ordinal)));
            }
        }
    }

    private void ReadIndices(JsonElement entry)
    {
        string[] names = [];
        var access = StoreAccess.None;
        foreach (var property in Json.Object(entry, "indices").EnumerateObject())
        {
            switch (property.Name)
            {
                case "names":
                    names = Json.Strings(property.Value, "names");
                    break;
                case "privileges":
                    foreach (var privilege in Json.Strings(property.Value, "privileges"))
                    {
                        access |= AccessOf(privilege);
                    }

                    break;
                case "allow_restricted_indices" when property.Value.ValueKind == JsonValueKind.False:
                case "field_security" or "query" when IsEmpty(property.Value):
                    break;
                default:
                    throw QueryException.Unsupported($"[{property.Name}] of the indices of a role descriptor");
            }
        }

        if (names.FirstOrDefault(static name => !StoreRoles.IsPattern(name)) is { } wrong)
        {
            throw new QueryException("illegal_argument_exception",
                $"[{wrong}] is no pattern of index names that the store knows: names in lower case, [*] for anything");
        }

        if (names.Length == 0 || access == StoreAccess.None)
        {
            throw new QueryException("illegal_argument_exception",
                "an entry of [indices] needs [names] and [privileges]");
        }

        _grants.Add(new StoreGrant(names, access));
    }

    private static StoreAccess AccessOf(string privilege) => privilege switch
    {
        "read" or "view_index_metadata" or "monitor" => StoreAccess.Read,
        "write" or "index" or "create_doc" or "create" or "create_index" or "auto_configure" => StoreAccess.Write,
        "all" or "manage" => StoreAccess.All,
        _ => throw new QueryException("illegal_argument_exception",
            $"unknown index privilege [{privilege}]: the store knows read, view_index_metadata, monitor, write, index, "
            + "create_doc, create, create_index, auto_configure, manage, all"),
    };

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
