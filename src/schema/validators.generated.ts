// @ts-nocheck
/** Generated from schema/ by `npm run generate`; not to be edited. */
import {createRequire} from 'node:module';
const require = createRequire(import.meta.url); // for ajv's few run-time functions, which are CommonJS

export interface Validator {
  (data: unknown): boolean;
  errors?: null | readonly unknown[];
}

function late(make: () => Validator): () => Validator {
  let made: Validator | undefined;
  return () => (made ??= make());
}

/** Every validator by schema name. A validator returns false and leaves what it found in `errors`. */
export const validators: Record<string, () => Validator> = {
  'pipeline': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "sidestep",
  "stages"
 ],
 "properties": {
  "sidestep": {
   "const": 1
  },
  "name": {
   "type": "string",
   "x-form": "a name of at most 100 letters, digits, dots, _ and -, which starts with a letter or digit",
   "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
  },
  "description": {
   "type": "string"
  },
  "vars": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
   },
   "additionalProperties": {
    "type": [
     "string",
     "number",
     "boolean",
     "array",
     "object",
     "null"
    ]
   }
  },
  "env": {
   "type": "array",
   "uniqueItems": true,
   "items": {
    "type": "string",
    "x-form": "a name of letters, digits and _, which starts with no digit",
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
   }
  },
  "secrets": {
   "type": "array",
   "uniqueItems": true,
   "items": {
    "type": "string",
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
   }
  },
  "include": {
   "type": "array",
   "items": {
    "type": [
     "string",
     "object"
    ],
    "minLength": 1,
    "additionalProperties": false,
    "required": [
     "file"
    ],
    "properties": {
     "file": {
      "type": "string",
      "minLength": 1
     },
     "as": {
      "type": "string",
      "x-form": "a name of letters, digits, _ and -, which starts with no digit",
      "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
     },
     "with": {
      "type": "object",
      "additionalProperties": {
       "type": [
        "string",
        "number",
        "boolean",
        "array",
        "object",
        "null"
       ]
      }
     }
    }
   }
  },
  "profiles": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
   },
   "additionalProperties": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "description": {
      "type": "string"
     },
     "hosts": {
      "type": "array",
      "items": {
       "type": "string",
       "minLength": 1
      }
     },
     "vars": {
      "type": "object",
      "additionalProperties": {
       "type": [
        "string",
        "number",
        "boolean",
        "array",
        "object",
        "null"
       ]
      }
     },
     "defaults": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
       "device": {
        "type": "string",
        "x-form": "auto, cpu, cuda or cuda:N",
        "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$"
       },
       "precision": {
        "enum": [
         "auto",
         "f32",
         "bf16",
         "f16"
        ]
       },
       "seed": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
       },
       "threads": {
        "type": "integer",
        "minimum": 1,
        "maximum": 4096
       },
       "on_error": {
        "enum": [
         "fail",
         "skip"
        ]
       },
       "retries": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100
       }
      }
     },
     "stages": {
      "type": "object",
      "additionalProperties": {
       "type": "object"
      }
     }
    }
   }
  },
  "defaults": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "device": {
     "type": "string",
     "x-form": "auto, cpu, cuda or cuda:N",
     "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$"
    },
    "precision": {
     "enum": [
      "auto",
      "f32",
      "bf16",
      "f16"
     ]
    },
    "seed": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "threads": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4096
    },
    "on_error": {
     "enum": [
      "fail",
      "skip"
     ]
    },
    "retries": {
     "type": "integer",
     "minimum": 0,
     "maximum": 100
    }
   }
  },
  "executors": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
   },
   "additionalProperties": {
    "type": "object",
    "required": [
     "type"
    ],
    "discriminator": {
     "propertyName": "type"
    },
    "oneOf": [
     {
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "const": "slurm"
       },
       "partition": {
        "type": "string",
        "minLength": 1
       },
       "account": {
        "type": "string",
        "minLength": 1
       },
       "qos": {
        "type": "string",
        "minLength": 1
       },
       "gpus": {
        "type": "integer",
        "minimum": 0,
        "maximum": 64
       },
       "cpus": {
        "type": "integer",
        "minimum": 1,
        "maximum": 4096
       },
       "memory": {
        "type": "string",
        "x-form": "auto, or a number with M, G or T",
        "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"
       },
       "time": {
        "type": "string",
        "x-form": "a number with m, h or d",
        "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$"
       },
       "extra": {
        "type": "array",
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "setup": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "device": {
        "enum": [
         "auto",
         "cpu",
         "cuda"
        ]
       },
       "jobs": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10000
       },
       "poll": {
        "type": "number",
        "minimum": 0.2,
        "maximum": 600
       },
       "start_timeout": {
        "type": "number",
        "minimum": 1,
        "maximum": 86400
       },
       "silence": {
        "type": "number",
        "minimum": 15,
        "maximum": 86400
       }
      }
     },
     {
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type",
       "command"
      ],
      "properties": {
       "type": {
        "const": "command"
       },
       "command": {
        "type": "array",
        "minItems": 1,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "device": {
        "enum": [
         "auto",
         "cpu",
         "cuda"
        ]
       },
       "jobs": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10000
       },
       "start_timeout": {
        "type": "number",
        "minimum": 1,
        "maximum": 86400
       },
       "silence": {
        "type": "number",
        "minimum": 15,
        "maximum": 86400
       }
      }
     }
    ]
   }
  },
  "stages": {
   "type": "object",
   "minProperties": 1,
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
   },
   "additionalProperties": {
    "type": "object",
    "additionalProperties": false,
    "required": [
     "uses"
    ],
    "properties": {
     "uses": {
      "enum": [
       "scan",
       "dataset",
       "join",
       "caption",
       "analyze",
       "preprocess.pass1",
       "preprocess.pass2",
       "pack",
       "estimate",
       "train",
       "generate",
       "export",
       "fixture",
       "command"
      ]
     },
     "description": {
      "type": "string"
     },
     "preset": {
      "anyOf": [
       {
        "type": "string",
        "minLength": 1
       },
       {
        "type": "array",
        "items": {
         "type": "string",
         "minLength": 1
        }
       }
      ]
     },
     "with": {
      "type": "object"
     },
     "needs": {
      "type": "array",
      "uniqueItems": true,
      "items": {
       "type": "string",
       "minLength": 1
      }
     },
     "when": {
      "type": [
       "boolean",
       "string"
      ]
     },
     "matrix": {
      "type": "object",
      "minProperties": 1,
      "propertyNames": {
       "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
      },
      "properties": {
       "include": {
        "type": "array",
        "items": {
         "type": "object",
         "minProperties": 1
        }
       },
       "exclude": {
        "type": "array",
        "items": {
         "type": "object",
         "minProperties": 1
        }
       }
      },
      "additionalProperties": {
       "type": "array",
       "minItems": 1,
       "uniqueItems": true,
       "items": {
        "type": [
         "string",
         "number",
         "boolean"
        ]
       }
      }
     },
     "resources": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
       "device": {
        "type": "string",
        "x-form": "auto, cpu, cuda or cuda:N",
        "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$"
       },
       "threads": {
        "type": "integer",
        "minimum": 1,
        "maximum": 4096
       },
       "ranks": {
        "type": "integer",
        "minimum": 1,
        "maximum": 64
       },
       "shards": {
        "type": "integer",
        "minimum": 1,
        "maximum": 256
       },
       "executor": {
        "type": "string",
        "minLength": 1
       },
       "gpus": {
        "type": "integer",
        "minimum": 0,
        "maximum": 64
       },
       "cpus": {
        "type": "integer",
        "minimum": 1,
        "maximum": 4096
       },
       "memory": {
        "type": "string",
        "x-form": "auto, or a number with M, G or T",
        "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"
       },
       "time": {
        "type": "string",
        "x-form": "a number with m, h or d",
        "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$"
       }
      }
     },
     "retries": {
      "type": "integer",
      "minimum": 0,
      "maximum": 100
     },
     "timeout": {
      "type": [
       "number",
       "string"
      ],
      "exclusiveMinimum": 0,
      "x-form": "a number of seconds, or a number with s, m, h or d",
      "pattern": "^[0-9]+(\\.[0-9]+)?(s|m|h|d)$"
     },
     "cache": {
      "type": "boolean"
     },
     "protect": {
      "type": "boolean"
     },
     "temporary": {
      "type": [
       "boolean",
       "array"
      ],
      "minItems": 1,
      "items": {
       "type": "string",
       "minLength": 1
      }
     },
     "checks": {
      "type": "object",
      "additionalProperties": {
       "type": "object",
       "additionalProperties": false,
       "properties": {
        "min_bytes": {
         "type": "integer",
         "minimum": 0
        },
        "max_bytes": {
         "type": "integer",
         "minimum": 0
        },
        "json_schema": {
         "type": [
          "object",
          "string"
         ],
         "minLength": 1
        },
        "tensors": {
         "type": "object",
         "additionalProperties": false,
         "properties": {
          "names": {
           "type": "array",
           "items": {
            "type": "string",
            "minLength": 1
           }
          },
          "shapes": {
           "type": "object",
           "additionalProperties": {
            "type": "array",
            "items": {
             "type": "integer",
             "minimum": -1
            }
           }
          },
          "finite": {
           "type": "boolean"
          }
         }
        }
       }
      }
     }
    }
   }
  }
 },
 "$id": "pipeline"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", "u");
const pattern1 = new RegExp("^[A-Za-z_][A-Za-z0-9_-]*$", "u");
const pattern2 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");
const pattern6 = new RegExp("^(auto|cpu|cuda(:[0-9]{1,3})?)$", "u");
const pattern9 = new RegExp("^(auto|[0-9]+(\\.[0-9]+)?[MGT])$", "u");
const pattern10 = new RegExp("^[0-9]+(\\.[0-9]+)?(m|h|d)$", "u");
const pattern16 = new RegExp("^[0-9]+(\\.[0-9]+)?(s|m|h|d)$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="pipeline" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.sidestep === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sidestep"},message:"must have required property '"+"sidestep"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.stages === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "stages"},message:"must have required property '"+"stages"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.sidestep !== undefined){
if(1 !== data.sidestep){
const err3 = {instancePath:instancePath+"/sidestep",schemaPath:"#/properties/sidestep/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.name !== undefined){
let data1 = data.name;
if(typeof data1 === "string"){
if(!pattern0.test(data1)){
const err4 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"+"\""};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
const err6 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.vars !== undefined){
let data3 = data.vars;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 in data3){
const _errs9 = errors;
if(typeof key1 === "string"){
if(!pattern1.test(key1)){
const err7 = {instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
var valid1 = _errs9 === errors;
if(!valid1){
const err8 = {instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
for(const key2 in data3){
let data4 = data3[key2];
if((((typeof data4 != "object") && (typeof data4 !== "string")) && (!((typeof data4 == "number") && (isFinite(data4))))) && (typeof data4 !== "boolean")){
const err9 = {instancePath:instancePath+"/vars/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/vars/additionalProperties/type",keyword:"type",params:{type: schema11.properties.vars.additionalProperties.type},message:"must be string,number,boolean,array,object,null"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
else {
const err10 = {instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.env !== undefined){
let data5 = data.env;
if(Array.isArray(data5)){
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(typeof data6 === "string"){
if(!pattern2.test(data6)){
const err11 = {instancePath:instancePath+"/env/" + i0,schemaPath:"#/properties/env/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\""};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/env/" + i0,schemaPath:"#/properties/env/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
let i1 = data5.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data5[i1];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err13 = {instancePath:instancePath+"/env",schemaPath:"#/properties/env/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
break;
}
indices0[item0] = i1;
}
}
}
else {
const err14 = {instancePath:instancePath+"/env",schemaPath:"#/properties/env/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.secrets !== undefined){
let data7 = data.secrets;
if(Array.isArray(data7)){
const len1 = data7.length;
for(let i2=0; i2<len1; i2++){
let data8 = data7[i2];
if(typeof data8 === "string"){
if(!pattern2.test(data8)){
const err15 = {instancePath:instancePath+"/secrets/" + i2,schemaPath:"#/properties/secrets/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\""};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/secrets/" + i2,schemaPath:"#/properties/secrets/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
let i3 = data7.length;
let j1;
if(i3 > 1){
const indices1 = {};
for(;i3--;){
let item1 = data7[i3];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err17 = {instancePath:instancePath+"/secrets",schemaPath:"#/properties/secrets/uniqueItems",keyword:"uniqueItems",params:{i: i3, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i3+" are identical)"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
break;
}
indices1[item1] = i3;
}
}
}
else {
const err18 = {instancePath:instancePath+"/secrets",schemaPath:"#/properties/secrets/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.include !== undefined){
let data9 = data.include;
if(Array.isArray(data9)){
const len2 = data9.length;
for(let i4=0; i4<len2; i4++){
let data10 = data9[i4];
if((typeof data10 !== "string") && (!(data10 && typeof data10 == "object" && !Array.isArray(data10)))){
const err19 = {instancePath:instancePath+"/include/" + i4,schemaPath:"#/properties/include/items/type",keyword:"type",params:{type: schema11.properties.include.items.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(typeof data10 === "string"){
if(func3(data10) < 1){
const err20 = {instancePath:instancePath+"/include/" + i4,schemaPath:"#/properties/include/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
if(data10.file === undefined){
const err21 = {instancePath:instancePath+"/include/" + i4,schemaPath:"#/properties/include/items/required",keyword:"required",params:{missingProperty: "file"},message:"must have required property '"+"file"+"'"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
for(const key3 in data10){
if(!(((key3 === "file") || (key3 === "as")) || (key3 === "with"))){
const err22 = {instancePath:instancePath+"/include/" + i4,schemaPath:"#/properties/include/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data10.file !== undefined){
let data11 = data10.file;
if(typeof data11 === "string"){
if(func3(data11) < 1){
const err23 = {instancePath:instancePath+"/include/" + i4+"/file",schemaPath:"#/properties/include/items/properties/file/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/include/" + i4+"/file",schemaPath:"#/properties/include/items/properties/file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data10.as !== undefined){
let data12 = data10.as;
if(typeof data12 === "string"){
if(!pattern1.test(data12)){
const err25 = {instancePath:instancePath+"/include/" + i4+"/as",schemaPath:"#/properties/include/items/properties/as/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\""};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/include/" + i4+"/as",schemaPath:"#/properties/include/items/properties/as/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data10.with !== undefined){
let data13 = data10.with;
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
for(const key4 in data13){
let data14 = data13[key4];
if((((typeof data14 != "object") && (typeof data14 !== "string")) && (!((typeof data14 == "number") && (isFinite(data14))))) && (typeof data14 !== "boolean")){
const err27 = {instancePath:instancePath+"/include/" + i4+"/with/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/include/items/properties/with/additionalProperties/type",keyword:"type",params:{type: schema11.properties.include.items.properties.with.additionalProperties.type},message:"must be string,number,boolean,array,object,null"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/include/" + i4+"/with",schemaPath:"#/properties/include/items/properties/with/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
}
}
else {
const err29 = {instancePath:instancePath+"/include",schemaPath:"#/properties/include/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data.profiles !== undefined){
let data15 = data.profiles;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
for(const key5 in data15){
const _errs37 = errors;
if(typeof key5 === "string"){
if(!pattern1.test(key5)){
const err30 = {instancePath:instancePath+"/profiles",schemaPath:"#/properties/profiles/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\"",propertyName:key5};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
var valid13 = _errs37 === errors;
if(!valid13){
const err31 = {instancePath:instancePath+"/profiles",schemaPath:"#/properties/profiles/propertyNames",keyword:"propertyNames",params:{propertyName: key5},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
for(const key6 in data15){
let data16 = data15[key6];
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
for(const key7 in data16){
if(!(((((key7 === "description") || (key7 === "hosts")) || (key7 === "vars")) || (key7 === "defaults")) || (key7 === "stages"))){
const err32 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/profiles/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data16.description !== undefined){
if(typeof data16.description !== "string"){
const err33 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/description",schemaPath:"#/properties/profiles/additionalProperties/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data16.hosts !== undefined){
let data18 = data16.hosts;
if(Array.isArray(data18)){
const len3 = data18.length;
for(let i5=0; i5<len3; i5++){
let data19 = data18[i5];
if(typeof data19 === "string"){
if(func3(data19) < 1){
const err34 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/hosts/" + i5,schemaPath:"#/properties/profiles/additionalProperties/properties/hosts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
else {
const err35 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/hosts/" + i5,schemaPath:"#/properties/profiles/additionalProperties/properties/hosts/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
else {
const err36 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/hosts",schemaPath:"#/properties/profiles/additionalProperties/properties/hosts/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data16.vars !== undefined){
let data20 = data16.vars;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
for(const key8 in data20){
let data21 = data20[key8];
if((((typeof data21 != "object") && (typeof data21 !== "string")) && (!((typeof data21 == "number") && (isFinite(data21))))) && (typeof data21 !== "boolean")){
const err37 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/vars/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/profiles/additionalProperties/properties/vars/additionalProperties/type",keyword:"type",params:{type: schema11.properties.profiles.additionalProperties.properties.vars.additionalProperties.type},message:"must be string,number,boolean,array,object,null"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
else {
const err38 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/vars",schemaPath:"#/properties/profiles/additionalProperties/properties/vars/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data16.defaults !== undefined){
let data22 = data16.defaults;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
for(const key9 in data22){
if(!((((((key9 === "device") || (key9 === "precision")) || (key9 === "seed")) || (key9 === "threads")) || (key9 === "on_error")) || (key9 === "retries"))){
const err39 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data22.device !== undefined){
let data23 = data22.device;
if(typeof data23 === "string"){
if(!pattern6.test(data23)){
const err40 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/device",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/device/pattern",keyword:"pattern",params:{pattern: "^(auto|cpu|cuda(:[0-9]{1,3})?)$"},message:"must match pattern \""+"^(auto|cpu|cuda(:[0-9]{1,3})?)$"+"\""};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/device",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/device/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data22.precision !== undefined){
let data24 = data22.precision;
if(!((((data24 === "auto") || (data24 === "f32")) || (data24 === "bf16")) || (data24 === "f16"))){
const err42 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/precision",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.profiles.additionalProperties.properties.defaults.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data22.seed !== undefined){
let data25 = data22.seed;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err43 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/seed",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 9007199254740991 || isNaN(data25)){
const err44 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/seed",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(data25 < 0 || isNaN(data25)){
const err45 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/seed",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
if(data22.threads !== undefined){
let data26 = data22.threads;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
const err46 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/threads",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/threads/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 4096 || isNaN(data26)){
const err47 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/threads",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/threads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(data26 < 1 || isNaN(data26)){
const err48 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/threads",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/threads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
if(data22.on_error !== undefined){
let data27 = data22.on_error;
if(!((data27 === "fail") || (data27 === "skip"))){
const err49 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/on_error",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.profiles.additionalProperties.properties.defaults.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data22.retries !== undefined){
let data28 = data22.retries;
if(!(((typeof data28 == "number") && (!(data28 % 1) && !isNaN(data28))) && (isFinite(data28)))){
const err50 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/retries",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if((typeof data28 == "number") && (isFinite(data28))){
if(data28 > 100 || isNaN(data28)){
const err51 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/retries",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data28 < 0 || isNaN(data28)){
const err52 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults/retries",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
}
else {
const err53 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/defaults",schemaPath:"#/properties/profiles/additionalProperties/properties/defaults/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data16.stages !== undefined){
let data29 = data16.stages;
if(data29 && typeof data29 == "object" && !Array.isArray(data29)){
for(const key10 in data29){
let data30 = data29[key10];
if(!(data30 && typeof data30 == "object" && !Array.isArray(data30))){
const err54 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/stages/" + key10.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/profiles/additionalProperties/properties/stages/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
else {
const err55 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/stages",schemaPath:"#/properties/profiles/additionalProperties/properties/stages/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
else {
const err56 = {instancePath:instancePath+"/profiles/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/profiles/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
else {
const err57 = {instancePath:instancePath+"/profiles",schemaPath:"#/properties/profiles/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data.defaults !== undefined){
let data31 = data.defaults;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
for(const key11 in data31){
if(!((((((key11 === "device") || (key11 === "precision")) || (key11 === "seed")) || (key11 === "threads")) || (key11 === "on_error")) || (key11 === "retries"))){
const err58 = {instancePath:instancePath+"/defaults",schemaPath:"#/properties/defaults/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data31.device !== undefined){
let data32 = data31.device;
if(typeof data32 === "string"){
if(!pattern6.test(data32)){
const err59 = {instancePath:instancePath+"/defaults/device",schemaPath:"#/properties/defaults/properties/device/pattern",keyword:"pattern",params:{pattern: "^(auto|cpu|cuda(:[0-9]{1,3})?)$"},message:"must match pattern \""+"^(auto|cpu|cuda(:[0-9]{1,3})?)$"+"\""};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
else {
const err60 = {instancePath:instancePath+"/defaults/device",schemaPath:"#/properties/defaults/properties/device/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data31.precision !== undefined){
let data33 = data31.precision;
if(!((((data33 === "auto") || (data33 === "f32")) || (data33 === "bf16")) || (data33 === "f16"))){
const err61 = {instancePath:instancePath+"/defaults/precision",schemaPath:"#/properties/defaults/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.defaults.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data31.seed !== undefined){
let data34 = data31.seed;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
const err62 = {instancePath:instancePath+"/defaults/seed",schemaPath:"#/properties/defaults/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 > 9007199254740991 || isNaN(data34)){
const err63 = {instancePath:instancePath+"/defaults/seed",schemaPath:"#/properties/defaults/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(data34 < 0 || isNaN(data34)){
const err64 = {instancePath:instancePath+"/defaults/seed",schemaPath:"#/properties/defaults/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
}
if(data31.threads !== undefined){
let data35 = data31.threads;
if(!(((typeof data35 == "number") && (!(data35 % 1) && !isNaN(data35))) && (isFinite(data35)))){
const err65 = {instancePath:instancePath+"/defaults/threads",schemaPath:"#/properties/defaults/properties/threads/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if((typeof data35 == "number") && (isFinite(data35))){
if(data35 > 4096 || isNaN(data35)){
const err66 = {instancePath:instancePath+"/defaults/threads",schemaPath:"#/properties/defaults/properties/threads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
if(data35 < 1 || isNaN(data35)){
const err67 = {instancePath:instancePath+"/defaults/threads",schemaPath:"#/properties/defaults/properties/threads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
if(data31.on_error !== undefined){
let data36 = data31.on_error;
if(!((data36 === "fail") || (data36 === "skip"))){
const err68 = {instancePath:instancePath+"/defaults/on_error",schemaPath:"#/properties/defaults/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.defaults.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data31.retries !== undefined){
let data37 = data31.retries;
if(!(((typeof data37 == "number") && (!(data37 % 1) && !isNaN(data37))) && (isFinite(data37)))){
const err69 = {instancePath:instancePath+"/defaults/retries",schemaPath:"#/properties/defaults/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if((typeof data37 == "number") && (isFinite(data37))){
if(data37 > 100 || isNaN(data37)){
const err70 = {instancePath:instancePath+"/defaults/retries",schemaPath:"#/properties/defaults/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data37 < 0 || isNaN(data37)){
const err71 = {instancePath:instancePath+"/defaults/retries",schemaPath:"#/properties/defaults/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
}
else {
const err72 = {instancePath:instancePath+"/defaults",schemaPath:"#/properties/defaults/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data.executors !== undefined){
let data38 = data.executors;
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
for(const key12 in data38){
const _errs86 = errors;
if(typeof key12 === "string"){
if(!pattern1.test(key12)){
const err73 = {instancePath:instancePath+"/executors",schemaPath:"#/properties/executors/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\"",propertyName:key12};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
var valid22 = _errs86 === errors;
if(!valid22){
const err74 = {instancePath:instancePath+"/executors",schemaPath:"#/properties/executors/propertyNames",keyword:"propertyNames",params:{propertyName: key12},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
for(const key13 in data38){
let data39 = data38[key13];
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.type === undefined){
const err75 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
const tag0 = data39.type;
if(typeof tag0 == "string"){
if(tag0 === "slurm"){
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.type === undefined){
const err76 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/0/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
for(const key14 in data39){
if(!(func2.call(schema11.properties.executors.additionalProperties.oneOf[0].properties, key14))){
const err77 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data39.type !== undefined){
if("slurm" !== data39.type){
const err78 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/type/const",keyword:"const",params:{allowedValue: "slurm"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
if(data39.partition !== undefined){
let data41 = data39.partition;
if(typeof data41 === "string"){
if(func3(data41) < 1){
const err79 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/partition",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/partition/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
else {
const err80 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/partition",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/partition/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
if(data39.account !== undefined){
let data42 = data39.account;
if(typeof data42 === "string"){
if(func3(data42) < 1){
const err81 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/account",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/account/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
else {
const err82 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/account",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/account/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data39.qos !== undefined){
let data43 = data39.qos;
if(typeof data43 === "string"){
if(func3(data43) < 1){
const err83 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/qos",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/qos/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
else {
const err84 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/qos",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/qos/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data39.gpus !== undefined){
let data44 = data39.gpus;
if(!(((typeof data44 == "number") && (!(data44 % 1) && !isNaN(data44))) && (isFinite(data44)))){
const err85 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/gpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/gpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
if((typeof data44 == "number") && (isFinite(data44))){
if(data44 > 64 || isNaN(data44)){
const err86 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/gpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/gpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data44 < 0 || isNaN(data44)){
const err87 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/gpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/gpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
}
if(data39.cpus !== undefined){
let data45 = data39.cpus;
if(!(((typeof data45 == "number") && (!(data45 % 1) && !isNaN(data45))) && (isFinite(data45)))){
const err88 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/cpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/cpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if((typeof data45 == "number") && (isFinite(data45))){
if(data45 > 4096 || isNaN(data45)){
const err89 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/cpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/cpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(data45 < 1 || isNaN(data45)){
const err90 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/cpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/cpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
}
if(data39.memory !== undefined){
let data46 = data39.memory;
if(typeof data46 === "string"){
if(!pattern9.test(data46)){
const err91 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/memory",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/memory/pattern",keyword:"pattern",params:{pattern: "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"},message:"must match pattern \""+"^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"+"\""};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
else {
const err92 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/memory",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/memory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
if(data39.time !== undefined){
let data47 = data39.time;
if(typeof data47 === "string"){
if(!pattern10.test(data47)){
const err93 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/time",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/time/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?(m|h|d)$"},message:"must match pattern \""+"^[0-9]+(\\.[0-9]+)?(m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
else {
const err94 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/time",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/time/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
if(data39.extra !== undefined){
let data48 = data39.extra;
if(Array.isArray(data48)){
const len4 = data48.length;
for(let i6=0; i6<len4; i6++){
let data49 = data48[i6];
if(typeof data49 === "string"){
if(func3(data49) < 1){
const err95 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/extra/" + i6,schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/extra/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
else {
const err96 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/extra/" + i6,schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/extra/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
}
else {
const err97 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/extra",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/extra/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data39.setup !== undefined){
let data50 = data39.setup;
if(Array.isArray(data50)){
const len5 = data50.length;
for(let i7=0; i7<len5; i7++){
if(typeof data50[i7] !== "string"){
const err98 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/setup/" + i7,schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/setup/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
}
else {
const err99 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/setup",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/setup/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
if(data39.device !== undefined){
let data52 = data39.device;
if(!(((data52 === "auto") || (data52 === "cpu")) || (data52 === "cuda"))){
const err100 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/device",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/device/enum",keyword:"enum",params:{allowedValues: schema11.properties.executors.additionalProperties.oneOf[0].properties.device.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
if(data39.jobs !== undefined){
let data53 = data39.jobs;
if(!(((typeof data53 == "number") && (!(data53 % 1) && !isNaN(data53))) && (isFinite(data53)))){
const err101 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/jobs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
if((typeof data53 == "number") && (isFinite(data53))){
if(data53 > 10000 || isNaN(data53)){
const err102 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/jobs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if(data53 < 1 || isNaN(data53)){
const err103 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/jobs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
}
if(data39.poll !== undefined){
let data54 = data39.poll;
if((typeof data54 == "number") && (isFinite(data54))){
if(data54 > 600 || isNaN(data54)){
const err104 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/poll",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/poll/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600},message:"must be <= 600"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
if(data54 < 0.2 || isNaN(data54)){
const err105 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/poll",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/poll/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.2},message:"must be >= 0.2"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
else {
const err106 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/poll",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/poll/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
if(data39.start_timeout !== undefined){
let data55 = data39.start_timeout;
if((typeof data55 == "number") && (isFinite(data55))){
if(data55 > 86400 || isNaN(data55)){
const err107 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/start_timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
if(data55 < 1 || isNaN(data55)){
const err108 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/start_timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
else {
const err109 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/start_timeout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
if(data39.silence !== undefined){
let data56 = data39.silence;
if((typeof data56 == "number") && (isFinite(data56))){
if(data56 > 86400 || isNaN(data56)){
const err110 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/silence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if(data56 < 15 || isNaN(data56)){
const err111 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/silence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 15},message:"must be >= 15"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
else {
const err112 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/silence/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
}
else {
const err113 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
else if(tag0 === "command"){
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.type === undefined){
const err114 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
if(data39.command === undefined){
const err115 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/required",keyword:"required",params:{missingProperty: "command"},message:"must have required property '"+"command"+"'"};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
for(const key15 in data39){
if(!((((((key15 === "type") || (key15 === "command")) || (key15 === "device")) || (key15 === "jobs")) || (key15 === "start_timeout")) || (key15 === "silence"))){
const err116 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
if(data39.type !== undefined){
if("command" !== data39.type){
const err117 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/type/const",keyword:"const",params:{allowedValue: "command"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
if(data39.command !== undefined){
let data58 = data39.command;
if(Array.isArray(data58)){
if(data58.length < 1){
const err118 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/command",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
const len6 = data58.length;
for(let i8=0; i8<len6; i8++){
let data59 = data58[i8];
if(typeof data59 === "string"){
if(func3(data59) < 1){
const err119 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/command/" + i8,schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
else {
const err120 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/command/" + i8,schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
}
else {
const err121 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/command",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
if(data39.device !== undefined){
let data60 = data39.device;
if(!(((data60 === "auto") || (data60 === "cpu")) || (data60 === "cuda"))){
const err122 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/device",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/device/enum",keyword:"enum",params:{allowedValues: schema11.properties.executors.additionalProperties.oneOf[1].properties.device.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data39.jobs !== undefined){
let data61 = data39.jobs;
if(!(((typeof data61 == "number") && (!(data61 % 1) && !isNaN(data61))) && (isFinite(data61)))){
const err123 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/jobs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if((typeof data61 == "number") && (isFinite(data61))){
if(data61 > 10000 || isNaN(data61)){
const err124 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/jobs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
if(data61 < 1 || isNaN(data61)){
const err125 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/jobs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
}
if(data39.start_timeout !== undefined){
let data62 = data39.start_timeout;
if((typeof data62 == "number") && (isFinite(data62))){
if(data62 > 86400 || isNaN(data62)){
const err126 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/start_timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if(data62 < 1 || isNaN(data62)){
const err127 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/start_timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
else {
const err128 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/start_timeout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
if(data39.silence !== undefined){
let data63 = data39.silence;
if((typeof data63 == "number") && (isFinite(data63))){
if(data63 > 86400 || isNaN(data63)){
const err129 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/silence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(data63 < 15 || isNaN(data63)){
const err130 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/silence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 15},message:"must be >= 15"};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
else {
const err131 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/silence/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
}
}
else {
const err132 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
else {
const err133 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/discriminator",keyword:"discriminator",params:{error: "mapping", tag: "type", tagValue: tag0},message:"value of tag \"type\" must be in oneOf"};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
else {
const err134 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/discriminator",keyword:"discriminator",params:{error: "tag", tag: "type", tagValue: tag0},message:"tag \"type\" must be string"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
else {
const err135 = {instancePath:instancePath+"/executors/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
}
else {
const err136 = {instancePath:instancePath+"/executors",schemaPath:"#/properties/executors/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
if(data.stages !== undefined){
let data64 = data.stages;
if(data64 && typeof data64 == "object" && !Array.isArray(data64)){
if(Object.keys(data64).length < 1){
const err137 = {instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
for(const key16 in data64){
const _errs143 = errors;
if(typeof key16 === "string"){
if(!pattern1.test(key16)){
const err138 = {instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\"",propertyName:key16};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
var valid35 = _errs143 === errors;
if(!valid35){
const err139 = {instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/propertyNames",keyword:"propertyNames",params:{propertyName: key16},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
for(const key17 in data64){
let data65 = data64[key17];
if(data65 && typeof data65 == "object" && !Array.isArray(data65)){
if(data65.uses === undefined){
const err140 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "uses"},message:"must have required property '"+"uses"+"'"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
for(const key18 in data65){
if(!(func2.call(schema11.properties.stages.additionalProperties.properties, key18))){
const err141 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
if(data65.uses !== undefined){
let data66 = data65.uses;
if(!((((((((((((((data66 === "scan") || (data66 === "dataset")) || (data66 === "join")) || (data66 === "caption")) || (data66 === "analyze")) || (data66 === "preprocess.pass1")) || (data66 === "preprocess.pass2")) || (data66 === "pack")) || (data66 === "estimate")) || (data66 === "train")) || (data66 === "generate")) || (data66 === "export")) || (data66 === "fixture")) || (data66 === "command"))){
const err142 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/uses",schemaPath:"#/properties/stages/additionalProperties/properties/uses/enum",keyword:"enum",params:{allowedValues: schema11.properties.stages.additionalProperties.properties.uses.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
if(data65.description !== undefined){
if(typeof data65.description !== "string"){
const err143 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/description",schemaPath:"#/properties/stages/additionalProperties/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
if(data65.preset !== undefined){
let data68 = data65.preset;
const _errs152 = errors;
let valid38 = false;
const _errs153 = errors;
if(typeof data68 === "string"){
if(func3(data68) < 1){
const err144 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/preset",schemaPath:"#/properties/stages/additionalProperties/properties/preset/anyOf/0/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
else {
const err145 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/preset",schemaPath:"#/properties/stages/additionalProperties/properties/preset/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
var _valid0 = _errs153 === errors;
valid38 = valid38 || _valid0;
if(!valid38){
const _errs155 = errors;
if(Array.isArray(data68)){
const len7 = data68.length;
for(let i9=0; i9<len7; i9++){
let data69 = data68[i9];
if(typeof data69 === "string"){
if(func3(data69) < 1){
const err146 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/preset/" + i9,schemaPath:"#/properties/stages/additionalProperties/properties/preset/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
else {
const err147 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/preset/" + i9,schemaPath:"#/properties/stages/additionalProperties/properties/preset/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
}
else {
const err148 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/preset",schemaPath:"#/properties/stages/additionalProperties/properties/preset/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
var _valid0 = _errs155 === errors;
valid38 = valid38 || _valid0;
}
if(!valid38){
const err149 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/preset",schemaPath:"#/properties/stages/additionalProperties/properties/preset/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
else {
errors = _errs152;
if(vErrors !== null){
if(_errs152){
vErrors.length = _errs152;
}
else {
vErrors = null;
}
}
}
}
if(data65.with !== undefined){
let data70 = data65.with;
if(!(data70 && typeof data70 == "object" && !Array.isArray(data70))){
const err150 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/with",schemaPath:"#/properties/stages/additionalProperties/properties/with/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
}
if(data65.needs !== undefined){
let data71 = data65.needs;
if(Array.isArray(data71)){
const len8 = data71.length;
for(let i10=0; i10<len8; i10++){
let data72 = data71[i10];
if(typeof data72 === "string"){
if(func3(data72) < 1){
const err151 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/needs/" + i10,schemaPath:"#/properties/stages/additionalProperties/properties/needs/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
else {
const err152 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/needs/" + i10,schemaPath:"#/properties/stages/additionalProperties/properties/needs/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
let i11 = data71.length;
let j2;
if(i11 > 1){
const indices2 = {};
for(;i11--;){
let item2 = data71[i11];
if(typeof item2 !== "string"){
continue;
}
if(typeof indices2[item2] == "number"){
j2 = indices2[item2];
const err153 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/needs",schemaPath:"#/properties/stages/additionalProperties/properties/needs/uniqueItems",keyword:"uniqueItems",params:{i: i11, j: j2},message:"must NOT have duplicate items (items ## "+j2+" and "+i11+" are identical)"};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
break;
}
indices2[item2] = i11;
}
}
}
else {
const err154 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/needs",schemaPath:"#/properties/stages/additionalProperties/properties/needs/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
if(data65.when !== undefined){
let data73 = data65.when;
if((typeof data73 !== "boolean") && (typeof data73 !== "string")){
const err155 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/when",schemaPath:"#/properties/stages/additionalProperties/properties/when/type",keyword:"type",params:{type: schema11.properties.stages.additionalProperties.properties.when.type},message:"must be boolean,string"};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
}
if(data65.matrix !== undefined){
let data74 = data65.matrix;
if(data74 && typeof data74 == "object" && !Array.isArray(data74)){
if(Object.keys(data74).length < 1){
const err156 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix",schemaPath:"#/properties/stages/additionalProperties/properties/matrix/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
for(const key19 in data74){
const _errs169 = errors;
if(typeof key19 === "string"){
if(!pattern1.test(key19)){
const err157 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix",schemaPath:"#/properties/stages/additionalProperties/properties/matrix/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\"",propertyName:key19};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
var valid44 = _errs169 === errors;
if(!valid44){
const err158 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix",schemaPath:"#/properties/stages/additionalProperties/properties/matrix/propertyNames",keyword:"propertyNames",params:{propertyName: key19},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
}
for(const key20 in data74){
if(!((key20 === "include") || (key20 === "exclude"))){
let data75 = data74[key20];
if(Array.isArray(data75)){
if(data75.length < 1){
const err159 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/" + key20.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/matrix/additionalProperties/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
const len9 = data75.length;
for(let i12=0; i12<len9; i12++){
let data76 = data75[i12];
if(((typeof data76 !== "string") && (!((typeof data76 == "number") && (isFinite(data76))))) && (typeof data76 !== "boolean")){
const err160 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/" + key20.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i12,schemaPath:"#/properties/stages/additionalProperties/properties/matrix/additionalProperties/items/type",keyword:"type",params:{type: schema11.properties.stages.additionalProperties.properties.matrix.additionalProperties.items.type},message:"must be string,number,boolean"};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
let i13 = data75.length;
let j3;
if(i13 > 1){
const indices3 = {};
for(;i13--;){
let item3 = data75[i13];
if(((typeof item3 !== "string") && (!((typeof item3 == "number") && (isFinite(item3))))) && (typeof item3 !== "boolean")){
continue;
}
if(typeof item3 == "string"){
item3 += "_";
}
if(typeof indices3[item3] == "number"){
j3 = indices3[item3];
const err161 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/" + key20.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/matrix/additionalProperties/uniqueItems",keyword:"uniqueItems",params:{i: i13, j: j3},message:"must NOT have duplicate items (items ## "+j3+" and "+i13+" are identical)"};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
break;
}
indices3[item3] = i13;
}
}
}
else {
const err162 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/" + key20.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/matrix/additionalProperties/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
}
}
if(data74.include !== undefined){
let data77 = data74.include;
if(Array.isArray(data77)){
const len10 = data77.length;
for(let i14=0; i14<len10; i14++){
let data78 = data77[i14];
if(data78 && typeof data78 == "object" && !Array.isArray(data78)){
if(Object.keys(data78).length < 1){
const err163 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/include/" + i14,schemaPath:"#/properties/stages/additionalProperties/properties/matrix/properties/include/items/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
else {
const err164 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/include/" + i14,schemaPath:"#/properties/stages/additionalProperties/properties/matrix/properties/include/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
}
else {
const err165 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/include",schemaPath:"#/properties/stages/additionalProperties/properties/matrix/properties/include/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
}
if(data74.exclude !== undefined){
let data79 = data74.exclude;
if(Array.isArray(data79)){
const len11 = data79.length;
for(let i15=0; i15<len11; i15++){
let data80 = data79[i15];
if(data80 && typeof data80 == "object" && !Array.isArray(data80)){
if(Object.keys(data80).length < 1){
const err166 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/exclude/" + i15,schemaPath:"#/properties/stages/additionalProperties/properties/matrix/properties/exclude/items/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
else {
const err167 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/exclude/" + i15,schemaPath:"#/properties/stages/additionalProperties/properties/matrix/properties/exclude/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
}
else {
const err168 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix/exclude",schemaPath:"#/properties/stages/additionalProperties/properties/matrix/properties/exclude/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
}
else {
const err169 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/matrix",schemaPath:"#/properties/stages/additionalProperties/properties/matrix/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
if(data65.resources !== undefined){
let data81 = data65.resources;
if(data81 && typeof data81 == "object" && !Array.isArray(data81)){
for(const key21 in data81){
if(!(func2.call(schema11.properties.stages.additionalProperties.properties.resources.properties, key21))){
const err170 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources",schemaPath:"#/properties/stages/additionalProperties/properties/resources/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key21},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
}
if(data81.device !== undefined){
let data82 = data81.device;
if(typeof data82 === "string"){
if(!pattern6.test(data82)){
const err171 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/device",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/device/pattern",keyword:"pattern",params:{pattern: "^(auto|cpu|cuda(:[0-9]{1,3})?)$"},message:"must match pattern \""+"^(auto|cpu|cuda(:[0-9]{1,3})?)$"+"\""};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
}
else {
const err172 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/device",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/device/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
}
if(data81.threads !== undefined){
let data83 = data81.threads;
if(!(((typeof data83 == "number") && (!(data83 % 1) && !isNaN(data83))) && (isFinite(data83)))){
const err173 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/threads",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/threads/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
if((typeof data83 == "number") && (isFinite(data83))){
if(data83 > 4096 || isNaN(data83)){
const err174 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/threads",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/threads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
if(data83 < 1 || isNaN(data83)){
const err175 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/threads",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/threads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
}
if(data81.ranks !== undefined){
let data84 = data81.ranks;
if(!(((typeof data84 == "number") && (!(data84 % 1) && !isNaN(data84))) && (isFinite(data84)))){
const err176 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/ranks",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/ranks/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
if((typeof data84 == "number") && (isFinite(data84))){
if(data84 > 64 || isNaN(data84)){
const err177 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/ranks",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/ranks/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
if(data84 < 1 || isNaN(data84)){
const err178 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/ranks",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/ranks/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
}
if(data81.shards !== undefined){
let data85 = data81.shards;
if(!(((typeof data85 == "number") && (!(data85 % 1) && !isNaN(data85))) && (isFinite(data85)))){
const err179 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/shards",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/shards/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if((typeof data85 == "number") && (isFinite(data85))){
if(data85 > 256 || isNaN(data85)){
const err180 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/shards",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/shards/maximum",keyword:"maximum",params:{comparison: "<=", limit: 256},message:"must be <= 256"};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
if(data85 < 1 || isNaN(data85)){
const err181 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/shards",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/shards/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
}
}
if(data81.executor !== undefined){
let data86 = data81.executor;
if(typeof data86 === "string"){
if(func3(data86) < 1){
const err182 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/executor",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/executor/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
}
else {
const err183 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/executor",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/executor/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
}
if(data81.gpus !== undefined){
let data87 = data81.gpus;
if(!(((typeof data87 == "number") && (!(data87 % 1) && !isNaN(data87))) && (isFinite(data87)))){
const err184 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/gpus",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/gpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
if((typeof data87 == "number") && (isFinite(data87))){
if(data87 > 64 || isNaN(data87)){
const err185 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/gpus",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/gpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
if(data87 < 0 || isNaN(data87)){
const err186 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/gpus",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/gpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
}
if(data81.cpus !== undefined){
let data88 = data81.cpus;
if(!(((typeof data88 == "number") && (!(data88 % 1) && !isNaN(data88))) && (isFinite(data88)))){
const err187 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/cpus",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/cpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
if((typeof data88 == "number") && (isFinite(data88))){
if(data88 > 4096 || isNaN(data88)){
const err188 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/cpus",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/cpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
if(data88 < 1 || isNaN(data88)){
const err189 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/cpus",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/cpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
}
}
if(data81.memory !== undefined){
let data89 = data81.memory;
if(typeof data89 === "string"){
if(!pattern9.test(data89)){
const err190 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/memory",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/memory/pattern",keyword:"pattern",params:{pattern: "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"},message:"must match pattern \""+"^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"+"\""};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
}
else {
const err191 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/memory",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/memory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
}
if(data81.time !== undefined){
let data90 = data81.time;
if(typeof data90 === "string"){
if(!pattern10.test(data90)){
const err192 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/time",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/time/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?(m|h|d)$"},message:"must match pattern \""+"^[0-9]+(\\.[0-9]+)?(m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
}
else {
const err193 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources/time",schemaPath:"#/properties/stages/additionalProperties/properties/resources/properties/time/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
}
}
else {
const err194 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/resources",schemaPath:"#/properties/stages/additionalProperties/properties/resources/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
}
if(data65.retries !== undefined){
let data91 = data65.retries;
if(!(((typeof data91 == "number") && (!(data91 % 1) && !isNaN(data91))) && (isFinite(data91)))){
const err195 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/retries",schemaPath:"#/properties/stages/additionalProperties/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
if((typeof data91 == "number") && (isFinite(data91))){
if(data91 > 100 || isNaN(data91)){
const err196 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/retries",schemaPath:"#/properties/stages/additionalProperties/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
if(data91 < 0 || isNaN(data91)){
const err197 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/retries",schemaPath:"#/properties/stages/additionalProperties/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
}
}
if(data65.timeout !== undefined){
let data92 = data65.timeout;
if((!((typeof data92 == "number") && (isFinite(data92)))) && (typeof data92 !== "string")){
const err198 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/timeout",schemaPath:"#/properties/stages/additionalProperties/properties/timeout/type",keyword:"type",params:{type: schema11.properties.stages.additionalProperties.properties.timeout.type},message:"must be number,string"};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
if((typeof data92 == "number") && (isFinite(data92))){
if(data92 <= 0 || isNaN(data92)){
const err199 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/timeout",schemaPath:"#/properties/stages/additionalProperties/properties/timeout/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
}
if(typeof data92 === "string"){
if(!pattern16.test(data92)){
const err200 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/timeout",schemaPath:"#/properties/stages/additionalProperties/properties/timeout/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?(s|m|h|d)$"},message:"must match pattern \""+"^[0-9]+(\\.[0-9]+)?(s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
}
}
if(data65.cache !== undefined){
if(typeof data65.cache !== "boolean"){
const err201 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/cache",schemaPath:"#/properties/stages/additionalProperties/properties/cache/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
}
if(data65.protect !== undefined){
if(typeof data65.protect !== "boolean"){
const err202 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/protect",schemaPath:"#/properties/stages/additionalProperties/properties/protect/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
}
if(data65.temporary !== undefined){
let data95 = data65.temporary;
if((typeof data95 !== "boolean") && (!(Array.isArray(data95)))){
const err203 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/temporary",schemaPath:"#/properties/stages/additionalProperties/properties/temporary/type",keyword:"type",params:{type: schema11.properties.stages.additionalProperties.properties.temporary.type},message:"must be boolean,array"};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
if(Array.isArray(data95)){
if(data95.length < 1){
const err204 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/temporary",schemaPath:"#/properties/stages/additionalProperties/properties/temporary/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
const len12 = data95.length;
for(let i16=0; i16<len12; i16++){
let data96 = data95[i16];
if(typeof data96 === "string"){
if(func3(data96) < 1){
const err205 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/temporary/" + i16,schemaPath:"#/properties/stages/additionalProperties/properties/temporary/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
else {
const err206 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/temporary/" + i16,schemaPath:"#/properties/stages/additionalProperties/properties/temporary/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
}
}
}
if(data65.checks !== undefined){
let data97 = data65.checks;
if(data97 && typeof data97 == "object" && !Array.isArray(data97)){
for(const key22 in data97){
let data98 = data97[key22];
if(data98 && typeof data98 == "object" && !Array.isArray(data98)){
for(const key23 in data98){
if(!((((key23 === "min_bytes") || (key23 === "max_bytes")) || (key23 === "json_schema")) || (key23 === "tensors"))){
const err207 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key23},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
}
if(data98.min_bytes !== undefined){
let data99 = data98.min_bytes;
if(!(((typeof data99 == "number") && (!(data99 % 1) && !isNaN(data99))) && (isFinite(data99)))){
const err208 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/min_bytes",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/min_bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
if((typeof data99 == "number") && (isFinite(data99))){
if(data99 < 0 || isNaN(data99)){
const err209 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/min_bytes",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/min_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
}
if(data98.max_bytes !== undefined){
let data100 = data98.max_bytes;
if(!(((typeof data100 == "number") && (!(data100 % 1) && !isNaN(data100))) && (isFinite(data100)))){
const err210 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/max_bytes",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/max_bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
if((typeof data100 == "number") && (isFinite(data100))){
if(data100 < 0 || isNaN(data100)){
const err211 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/max_bytes",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/max_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
}
}
if(data98.json_schema !== undefined){
let data101 = data98.json_schema;
if((!(data101 && typeof data101 == "object" && !Array.isArray(data101))) && (typeof data101 !== "string")){
const err212 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/json_schema",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/json_schema/type",keyword:"type",params:{type: schema11.properties.stages.additionalProperties.properties.checks.additionalProperties.properties.json_schema.type},message:"must be object,string"};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
if(typeof data101 === "string"){
if(func3(data101) < 1){
const err213 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/json_schema",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/json_schema/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
}
}
if(data98.tensors !== undefined){
let data102 = data98.tensors;
if(data102 && typeof data102 == "object" && !Array.isArray(data102)){
for(const key24 in data102){
if(!(((key24 === "names") || (key24 === "shapes")) || (key24 === "finite"))){
const err214 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key24},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
}
if(data102.names !== undefined){
let data103 = data102.names;
if(Array.isArray(data103)){
const len13 = data103.length;
for(let i17=0; i17<len13; i17++){
let data104 = data103[i17];
if(typeof data104 === "string"){
if(func3(data104) < 1){
const err215 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/names/" + i17,schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/names/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
}
else {
const err216 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/names/" + i17,schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/names/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
}
}
else {
const err217 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/names",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/names/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
}
if(data102.shapes !== undefined){
let data105 = data102.shapes;
if(data105 && typeof data105 == "object" && !Array.isArray(data105)){
for(const key25 in data105){
let data106 = data105[key25];
if(Array.isArray(data106)){
const len14 = data106.length;
for(let i18=0; i18<len14; i18++){
let data107 = data106[i18];
if(!(((typeof data107 == "number") && (!(data107 % 1) && !isNaN(data107))) && (isFinite(data107)))){
const err218 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes/" + key25.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i18,schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/shapes/additionalProperties/items/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
if((typeof data107 == "number") && (isFinite(data107))){
if(data107 < -1 || isNaN(data107)){
const err219 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes/" + key25.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i18,schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/shapes/additionalProperties/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1},message:"must be >= -1"};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
}
}
}
else {
const err220 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes/" + key25.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/shapes/additionalProperties/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
}
}
else {
const err221 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/shapes/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
}
if(data102.finite !== undefined){
if(typeof data102.finite !== "boolean"){
const err222 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/finite",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/properties/finite/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
}
}
else {
const err223 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors",schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/properties/tensors/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err223];
}
else {
vErrors.push(err223);
}
errors++;
}
}
}
else {
const err224 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/checks/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err224];
}
else {
vErrors.push(err224);
}
errors++;
}
}
}
else {
const err225 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1")+"/checks",schemaPath:"#/properties/stages/additionalProperties/properties/checks/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err225];
}
else {
vErrors.push(err225);
}
errors++;
}
}
}
else {
const err226 = {instancePath:instancePath+"/stages/" + key17.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err226];
}
else {
vErrors.push(err226);
}
errors++;
}
}
}
else {
const err227 = {instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err227];
}
else {
vErrors.push(err227);
}
errors++;
}
}
}
else {
const err228 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err228];
}
else {
vErrors.push(err228);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "uses"
 ],
 "properties": {
  "uses": {
   "enum": [
    "scan",
    "dataset",
    "join",
    "caption",
    "analyze",
    "preprocess.pass1",
    "preprocess.pass2",
    "pack",
    "estimate",
    "train",
    "generate",
    "export",
    "fixture",
    "command"
   ]
  },
  "description": {
   "type": "string"
  },
  "preset": {
   "anyOf": [
    {
     "type": "string",
     "minLength": 1
    },
    {
     "type": "array",
     "items": {
      "type": "string",
      "minLength": 1
     }
    }
   ]
  },
  "with": {
   "type": "object"
  },
  "needs": {
   "type": "array",
   "uniqueItems": true,
   "items": {
    "type": "string",
    "minLength": 1
   }
  },
  "when": {
   "type": [
    "boolean",
    "string"
   ]
  },
  "matrix": {
   "type": "object",
   "minProperties": 1,
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
   },
   "properties": {
    "include": {
     "type": "array",
     "items": {
      "type": "object",
      "minProperties": 1
     }
    },
    "exclude": {
     "type": "array",
     "items": {
      "type": "object",
      "minProperties": 1
     }
    }
   },
   "additionalProperties": {
    "type": "array",
    "minItems": 1,
    "uniqueItems": true,
    "items": {
     "type": [
      "string",
      "number",
      "boolean"
     ]
    }
   }
  },
  "resources": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "device": {
     "type": "string",
     "x-form": "auto, cpu, cuda or cuda:N",
     "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$"
    },
    "threads": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4096
    },
    "ranks": {
     "type": "integer",
     "minimum": 1,
     "maximum": 64
    },
    "shards": {
     "type": "integer",
     "minimum": 1,
     "maximum": 256
    },
    "executor": {
     "type": "string",
     "minLength": 1
    },
    "gpus": {
     "type": "integer",
     "minimum": 0,
     "maximum": 64
    },
    "cpus": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4096
    },
    "memory": {
     "type": "string",
     "x-form": "auto, or a number with M, G or T",
     "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"
    },
    "time": {
     "type": "string",
     "x-form": "a number with m, h or d",
     "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$"
    }
   }
  },
  "retries": {
   "type": "integer",
   "minimum": 0,
   "maximum": 100
  },
  "timeout": {
   "type": [
    "number",
    "string"
   ],
   "exclusiveMinimum": 0,
   "x-form": "a number of seconds, or a number with s, m, h or d",
   "pattern": "^[0-9]+(\\.[0-9]+)?(s|m|h|d)$"
  },
  "cache": {
   "type": "boolean"
  },
  "protect": {
   "type": "boolean"
  },
  "temporary": {
   "type": [
    "boolean",
    "array"
   ],
   "minItems": 1,
   "items": {
    "type": "string",
    "minLength": 1
   }
  },
  "checks": {
   "type": "object",
   "additionalProperties": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "min_bytes": {
      "type": "integer",
      "minimum": 0
     },
     "max_bytes": {
      "type": "integer",
      "minimum": 0
     },
     "json_schema": {
      "type": [
       "object",
       "string"
      ],
      "minLength": 1
     },
     "tensors": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
       "names": {
        "type": "array",
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "shapes": {
        "type": "object",
        "additionalProperties": {
         "type": "array",
         "items": {
          "type": "integer",
          "minimum": -1
         }
        }
       },
       "finite": {
        "type": "boolean"
       }
      }
     }
    }
   }
  }
 },
 "$id": "stage"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^[A-Za-z_][A-Za-z0-9_-]*$", "u");
const pattern1 = new RegExp("^(auto|cpu|cuda(:[0-9]{1,3})?)$", "u");
const pattern2 = new RegExp("^(auto|[0-9]+(\\.[0-9]+)?[MGT])$", "u");
const pattern3 = new RegExp("^[0-9]+(\\.[0-9]+)?(m|h|d)$", "u");
const pattern4 = new RegExp("^[0-9]+(\\.[0-9]+)?(s|m|h|d)$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.uses === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "uses"},message:"must have required property '"+"uses"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.uses !== undefined){
let data0 = data.uses;
if(!((((((((((((((data0 === "scan") || (data0 === "dataset")) || (data0 === "join")) || (data0 === "caption")) || (data0 === "analyze")) || (data0 === "preprocess.pass1")) || (data0 === "preprocess.pass2")) || (data0 === "pack")) || (data0 === "estimate")) || (data0 === "train")) || (data0 === "generate")) || (data0 === "export")) || (data0 === "fixture")) || (data0 === "command"))){
const err2 = {instancePath:instancePath+"/uses",schemaPath:"#/properties/uses/enum",keyword:"enum",params:{allowedValues: schema11.properties.uses.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
const err3 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.preset !== undefined){
let data2 = data.preset;
const _errs6 = errors;
let valid1 = false;
const _errs7 = errors;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err4 = {instancePath:instancePath+"/preset",schemaPath:"#/properties/preset/anyOf/0/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/preset",schemaPath:"#/properties/preset/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
var _valid0 = _errs7 === errors;
valid1 = valid1 || _valid0;
if(!valid1){
const _errs9 = errors;
if(Array.isArray(data2)){
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(typeof data3 === "string"){
if(func3(data3) < 1){
const err6 = {instancePath:instancePath+"/preset/" + i0,schemaPath:"#/properties/preset/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/preset/" + i0,schemaPath:"#/properties/preset/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath:instancePath+"/preset",schemaPath:"#/properties/preset/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
var _valid0 = _errs9 === errors;
valid1 = valid1 || _valid0;
}
if(!valid1){
const err9 = {instancePath:instancePath+"/preset",schemaPath:"#/properties/preset/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
else {
errors = _errs6;
if(vErrors !== null){
if(_errs6){
vErrors.length = _errs6;
}
else {
vErrors = null;
}
}
}
}
if(data.with !== undefined){
let data4 = data.with;
if(!(data4 && typeof data4 == "object" && !Array.isArray(data4))){
const err10 = {instancePath:instancePath+"/with",schemaPath:"#/properties/with/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.needs !== undefined){
let data5 = data.needs;
if(Array.isArray(data5)){
const len1 = data5.length;
for(let i1=0; i1<len1; i1++){
let data6 = data5[i1];
if(typeof data6 === "string"){
if(func3(data6) < 1){
const err11 = {instancePath:instancePath+"/needs/" + i1,schemaPath:"#/properties/needs/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/needs/" + i1,schemaPath:"#/properties/needs/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
let i2 = data5.length;
let j0;
if(i2 > 1){
const indices0 = {};
for(;i2--;){
let item0 = data5[i2];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err13 = {instancePath:instancePath+"/needs",schemaPath:"#/properties/needs/uniqueItems",keyword:"uniqueItems",params:{i: i2, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i2+" are identical)"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
break;
}
indices0[item0] = i2;
}
}
}
else {
const err14 = {instancePath:instancePath+"/needs",schemaPath:"#/properties/needs/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.when !== undefined){
let data7 = data.when;
if((typeof data7 !== "boolean") && (typeof data7 !== "string")){
const err15 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/type",keyword:"type",params:{type: schema11.properties.when.type},message:"must be boolean,string"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.matrix !== undefined){
let data8 = data.matrix;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(Object.keys(data8).length < 1){
const err16 = {instancePath:instancePath+"/matrix",schemaPath:"#/properties/matrix/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
for(const key1 in data8){
const _errs23 = errors;
if(typeof key1 === "string"){
if(!pattern0.test(key1)){
const err17 = {instancePath:instancePath+"/matrix",schemaPath:"#/properties/matrix/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
var valid7 = _errs23 === errors;
if(!valid7){
const err18 = {instancePath:instancePath+"/matrix",schemaPath:"#/properties/matrix/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
for(const key2 in data8){
if(!((key2 === "include") || (key2 === "exclude"))){
let data9 = data8[key2];
if(Array.isArray(data9)){
if(data9.length < 1){
const err19 = {instancePath:instancePath+"/matrix/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/matrix/additionalProperties/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
const len2 = data9.length;
for(let i3=0; i3<len2; i3++){
let data10 = data9[i3];
if(((typeof data10 !== "string") && (!((typeof data10 == "number") && (isFinite(data10))))) && (typeof data10 !== "boolean")){
const err20 = {instancePath:instancePath+"/matrix/" + key2.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i3,schemaPath:"#/properties/matrix/additionalProperties/items/type",keyword:"type",params:{type: schema11.properties.matrix.additionalProperties.items.type},message:"must be string,number,boolean"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
let i4 = data9.length;
let j1;
if(i4 > 1){
const indices1 = {};
for(;i4--;){
let item1 = data9[i4];
if(((typeof item1 !== "string") && (!((typeof item1 == "number") && (isFinite(item1))))) && (typeof item1 !== "boolean")){
continue;
}
if(typeof item1 == "string"){
item1 += "_";
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err21 = {instancePath:instancePath+"/matrix/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/matrix/additionalProperties/uniqueItems",keyword:"uniqueItems",params:{i: i4, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i4+" are identical)"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
break;
}
indices1[item1] = i4;
}
}
}
else {
const err22 = {instancePath:instancePath+"/matrix/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/matrix/additionalProperties/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
if(data8.include !== undefined){
let data11 = data8.include;
if(Array.isArray(data11)){
const len3 = data11.length;
for(let i5=0; i5<len3; i5++){
let data12 = data11[i5];
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(Object.keys(data12).length < 1){
const err23 = {instancePath:instancePath+"/matrix/include/" + i5,schemaPath:"#/properties/matrix/properties/include/items/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/matrix/include/" + i5,schemaPath:"#/properties/matrix/properties/include/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath:instancePath+"/matrix/include",schemaPath:"#/properties/matrix/properties/include/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data8.exclude !== undefined){
let data13 = data8.exclude;
if(Array.isArray(data13)){
const len4 = data13.length;
for(let i6=0; i6<len4; i6++){
let data14 = data13[i6];
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
if(Object.keys(data14).length < 1){
const err26 = {instancePath:instancePath+"/matrix/exclude/" + i6,schemaPath:"#/properties/matrix/properties/exclude/items/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/matrix/exclude/" + i6,schemaPath:"#/properties/matrix/properties/exclude/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/matrix/exclude",schemaPath:"#/properties/matrix/properties/exclude/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/matrix",schemaPath:"#/properties/matrix/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data.resources !== undefined){
let data15 = data.resources;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
for(const key3 in data15){
if(!(func2.call(schema11.properties.resources.properties, key3))){
const err30 = {instancePath:instancePath+"/resources",schemaPath:"#/properties/resources/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data15.device !== undefined){
let data16 = data15.device;
if(typeof data16 === "string"){
if(!pattern1.test(data16)){
const err31 = {instancePath:instancePath+"/resources/device",schemaPath:"#/properties/resources/properties/device/pattern",keyword:"pattern",params:{pattern: "^(auto|cpu|cuda(:[0-9]{1,3})?)$"},message:"must match pattern \""+"^(auto|cpu|cuda(:[0-9]{1,3})?)$"+"\""};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
else {
const err32 = {instancePath:instancePath+"/resources/device",schemaPath:"#/properties/resources/properties/device/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data15.threads !== undefined){
let data17 = data15.threads;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err33 = {instancePath:instancePath+"/resources/threads",schemaPath:"#/properties/resources/properties/threads/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 4096 || isNaN(data17)){
const err34 = {instancePath:instancePath+"/resources/threads",schemaPath:"#/properties/resources/properties/threads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(data17 < 1 || isNaN(data17)){
const err35 = {instancePath:instancePath+"/resources/threads",schemaPath:"#/properties/resources/properties/threads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
if(data15.ranks !== undefined){
let data18 = data15.ranks;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
const err36 = {instancePath:instancePath+"/resources/ranks",schemaPath:"#/properties/resources/properties/ranks/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 64 || isNaN(data18)){
const err37 = {instancePath:instancePath+"/resources/ranks",schemaPath:"#/properties/resources/properties/ranks/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(data18 < 1 || isNaN(data18)){
const err38 = {instancePath:instancePath+"/resources/ranks",schemaPath:"#/properties/resources/properties/ranks/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
if(data15.shards !== undefined){
let data19 = data15.shards;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err39 = {instancePath:instancePath+"/resources/shards",schemaPath:"#/properties/resources/properties/shards/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 256 || isNaN(data19)){
const err40 = {instancePath:instancePath+"/resources/shards",schemaPath:"#/properties/resources/properties/shards/maximum",keyword:"maximum",params:{comparison: "<=", limit: 256},message:"must be <= 256"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(data19 < 1 || isNaN(data19)){
const err41 = {instancePath:instancePath+"/resources/shards",schemaPath:"#/properties/resources/properties/shards/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
if(data15.executor !== undefined){
let data20 = data15.executor;
if(typeof data20 === "string"){
if(func3(data20) < 1){
const err42 = {instancePath:instancePath+"/resources/executor",schemaPath:"#/properties/resources/properties/executor/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
else {
const err43 = {instancePath:instancePath+"/resources/executor",schemaPath:"#/properties/resources/properties/executor/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data15.gpus !== undefined){
let data21 = data15.gpus;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err44 = {instancePath:instancePath+"/resources/gpus",schemaPath:"#/properties/resources/properties/gpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 64 || isNaN(data21)){
const err45 = {instancePath:instancePath+"/resources/gpus",schemaPath:"#/properties/resources/properties/gpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(data21 < 0 || isNaN(data21)){
const err46 = {instancePath:instancePath+"/resources/gpus",schemaPath:"#/properties/resources/properties/gpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
if(data15.cpus !== undefined){
let data22 = data15.cpus;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err47 = {instancePath:instancePath+"/resources/cpus",schemaPath:"#/properties/resources/properties/cpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 4096 || isNaN(data22)){
const err48 = {instancePath:instancePath+"/resources/cpus",schemaPath:"#/properties/resources/properties/cpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data22 < 1 || isNaN(data22)){
const err49 = {instancePath:instancePath+"/resources/cpus",schemaPath:"#/properties/resources/properties/cpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
if(data15.memory !== undefined){
let data23 = data15.memory;
if(typeof data23 === "string"){
if(!pattern2.test(data23)){
const err50 = {instancePath:instancePath+"/resources/memory",schemaPath:"#/properties/resources/properties/memory/pattern",keyword:"pattern",params:{pattern: "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"},message:"must match pattern \""+"^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"+"\""};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
else {
const err51 = {instancePath:instancePath+"/resources/memory",schemaPath:"#/properties/resources/properties/memory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data15.time !== undefined){
let data24 = data15.time;
if(typeof data24 === "string"){
if(!pattern3.test(data24)){
const err52 = {instancePath:instancePath+"/resources/time",schemaPath:"#/properties/resources/properties/time/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?(m|h|d)$"},message:"must match pattern \""+"^[0-9]+(\\.[0-9]+)?(m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/resources/time",schemaPath:"#/properties/resources/properties/time/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
else {
const err54 = {instancePath:instancePath+"/resources",schemaPath:"#/properties/resources/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data.retries !== undefined){
let data25 = data.retries;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err55 = {instancePath:instancePath+"/retries",schemaPath:"#/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 100 || isNaN(data25)){
const err56 = {instancePath:instancePath+"/retries",schemaPath:"#/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(data25 < 0 || isNaN(data25)){
const err57 = {instancePath:instancePath+"/retries",schemaPath:"#/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
if(data.timeout !== undefined){
let data26 = data.timeout;
if((!((typeof data26 == "number") && (isFinite(data26)))) && (typeof data26 !== "string")){
const err58 = {instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{type: schema11.properties.timeout.type},message:"must be number,string"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 <= 0 || isNaN(data26)){
const err59 = {instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(typeof data26 === "string"){
if(!pattern4.test(data26)){
const err60 = {instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?(s|m|h|d)$"},message:"must match pattern \""+"^[0-9]+(\\.[0-9]+)?(s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
if(data.cache !== undefined){
if(typeof data.cache !== "boolean"){
const err61 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data.protect !== undefined){
if(typeof data.protect !== "boolean"){
const err62 = {instancePath:instancePath+"/protect",schemaPath:"#/properties/protect/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data.temporary !== undefined){
let data29 = data.temporary;
if((typeof data29 !== "boolean") && (!(Array.isArray(data29)))){
const err63 = {instancePath:instancePath+"/temporary",schemaPath:"#/properties/temporary/type",keyword:"type",params:{type: schema11.properties.temporary.type},message:"must be boolean,array"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(Array.isArray(data29)){
if(data29.length < 1){
const err64 = {instancePath:instancePath+"/temporary",schemaPath:"#/properties/temporary/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
const len5 = data29.length;
for(let i7=0; i7<len5; i7++){
let data30 = data29[i7];
if(typeof data30 === "string"){
if(func3(data30) < 1){
const err65 = {instancePath:instancePath+"/temporary/" + i7,schemaPath:"#/properties/temporary/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/temporary/" + i7,schemaPath:"#/properties/temporary/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
}
}
if(data.checks !== undefined){
let data31 = data.checks;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
for(const key4 in data31){
let data32 = data31[key4];
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
for(const key5 in data32){
if(!((((key5 === "min_bytes") || (key5 === "max_bytes")) || (key5 === "json_schema")) || (key5 === "tensors"))){
const err67 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/checks/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data32.min_bytes !== undefined){
let data33 = data32.min_bytes;
if(!(((typeof data33 == "number") && (!(data33 % 1) && !isNaN(data33))) && (isFinite(data33)))){
const err68 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/min_bytes",schemaPath:"#/properties/checks/additionalProperties/properties/min_bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if((typeof data33 == "number") && (isFinite(data33))){
if(data33 < 0 || isNaN(data33)){
const err69 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/min_bytes",schemaPath:"#/properties/checks/additionalProperties/properties/min_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
}
if(data32.max_bytes !== undefined){
let data34 = data32.max_bytes;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
const err70 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/max_bytes",schemaPath:"#/properties/checks/additionalProperties/properties/max_bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 < 0 || isNaN(data34)){
const err71 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/max_bytes",schemaPath:"#/properties/checks/additionalProperties/properties/max_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
if(data32.json_schema !== undefined){
let data35 = data32.json_schema;
if((!(data35 && typeof data35 == "object" && !Array.isArray(data35))) && (typeof data35 !== "string")){
const err72 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/json_schema",schemaPath:"#/properties/checks/additionalProperties/properties/json_schema/type",keyword:"type",params:{type: schema11.properties.checks.additionalProperties.properties.json_schema.type},message:"must be object,string"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(typeof data35 === "string"){
if(func3(data35) < 1){
const err73 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/json_schema",schemaPath:"#/properties/checks/additionalProperties/properties/json_schema/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
if(data32.tensors !== undefined){
let data36 = data32.tensors;
if(data36 && typeof data36 == "object" && !Array.isArray(data36)){
for(const key6 in data36){
if(!(((key6 === "names") || (key6 === "shapes")) || (key6 === "finite"))){
const err74 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors",schemaPath:"#/properties/checks/additionalProperties/properties/tensors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data36.names !== undefined){
let data37 = data36.names;
if(Array.isArray(data37)){
const len6 = data37.length;
for(let i8=0; i8<len6; i8++){
let data38 = data37[i8];
if(typeof data38 === "string"){
if(func3(data38) < 1){
const err75 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/names/" + i8,schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/names/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else {
const err76 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/names/" + i8,schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/names/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
else {
const err77 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/names",schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/names/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data36.shapes !== undefined){
let data39 = data36.shapes;
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
for(const key7 in data39){
let data40 = data39[key7];
if(Array.isArray(data40)){
const len7 = data40.length;
for(let i9=0; i9<len7; i9++){
let data41 = data40[i9];
if(!(((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41))) && (isFinite(data41)))){
const err78 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes/" + key7.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i9,schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/shapes/additionalProperties/items/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 < -1 || isNaN(data41)){
const err79 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes/" + key7.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i9,schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/shapes/additionalProperties/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1},message:"must be >= -1"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
}
}
else {
const err80 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/shapes/additionalProperties/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
else {
const err81 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/shapes",schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/shapes/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data36.finite !== undefined){
if(typeof data36.finite !== "boolean"){
const err82 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors/finite",schemaPath:"#/properties/checks/additionalProperties/properties/tensors/properties/finite/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
}
else {
const err83 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/tensors",schemaPath:"#/properties/checks/additionalProperties/properties/tensors/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
}
else {
const err84 = {instancePath:instancePath+"/checks/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/checks/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
}
else {
const err85 = {instancePath:instancePath+"/checks",schemaPath:"#/properties/checks/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
}
else {
const err86 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'preset': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "sidestep",
  "uses",
  "with"
 ],
 "properties": {
  "sidestep": {
   "const": 1
  },
  "description": {
   "type": "string"
  },
  "uses": {
   "enum": [
    "scan",
    "dataset",
    "join",
    "caption",
    "analyze",
    "preprocess.pass1",
    "preprocess.pass2",
    "pack",
    "estimate",
    "train",
    "generate",
    "export",
    "fixture",
    "command"
   ]
  },
  "with": {
   "type": "object"
  }
 },
 "$id": "preset"
};

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="preset" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.sidestep === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sidestep"},message:"must have required property '"+"sidestep"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.uses === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "uses"},message:"must have required property '"+"uses"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.with === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "with"},message:"must have required property '"+"with"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "sidestep") || (key0 === "description")) || (key0 === "uses")) || (key0 === "with"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.sidestep !== undefined){
if(1 !== data.sidestep){
const err4 = {instancePath:instancePath+"/sidestep",schemaPath:"#/properties/sidestep/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
const err5 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.uses !== undefined){
let data2 = data.uses;
if(!((((((((((((((data2 === "scan") || (data2 === "dataset")) || (data2 === "join")) || (data2 === "caption")) || (data2 === "analyze")) || (data2 === "preprocess.pass1")) || (data2 === "preprocess.pass2")) || (data2 === "pack")) || (data2 === "estimate")) || (data2 === "train")) || (data2 === "generate")) || (data2 === "export")) || (data2 === "fixture")) || (data2 === "command"))){
const err6 = {instancePath:instancePath+"/uses",schemaPath:"#/properties/uses/enum",keyword:"enum",params:{allowedValues: schema11.properties.uses.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.with !== undefined){
let data3 = data.with;
if(!(data3 && typeof data3 == "object" && !Array.isArray(data3))){
const err7 = {instancePath:instancePath+"/with",schemaPath:"#/properties/with/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'settings': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [],
 "properties": {
  "sidestep": {
   "const": 1
  },
  "checkpoint_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "folder"
  },
  "profile": {
   "type": "string",
   "minLength": 1
  },
  "defaults": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "device": {
     "type": "string",
     "x-form": "auto, cpu, cuda or cuda:N",
     "pattern": "^(auto|cpu|cuda(:[0-9]{1,3})?)$"
    },
    "precision": {
     "enum": [
      "auto",
      "f32",
      "bf16",
      "f16"
     ]
    },
    "seed": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "threads": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4096
    },
    "on_error": {
     "enum": [
      "fail",
      "skip"
     ]
    },
    "retries": {
     "type": "integer",
     "minimum": 0,
     "maximum": 100
    }
   }
  },
  "stages": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "scan": {
     "type": "object"
    },
    "dataset": {
     "type": "object"
    },
    "join": {
     "type": "object"
    },
    "caption": {
     "type": "object"
    },
    "analyze": {
     "type": "object"
    },
    "preprocess.pass1": {
     "type": "object"
    },
    "preprocess.pass2": {
     "type": "object"
    },
    "pack": {
     "type": "object"
    },
    "estimate": {
     "type": "object"
    },
    "train": {
     "type": "object"
    },
    "generate": {
     "type": "object"
    },
    "export": {
     "type": "object"
    }
   }
  },
  "executors": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"
   },
   "additionalProperties": {
    "type": "object",
    "required": [
     "type"
    ],
    "discriminator": {
     "propertyName": "type"
    },
    "oneOf": [
     {
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type"
      ],
      "properties": {
       "type": {
        "const": "slurm"
       },
       "partition": {
        "type": "string",
        "minLength": 1
       },
       "account": {
        "type": "string",
        "minLength": 1
       },
       "qos": {
        "type": "string",
        "minLength": 1
       },
       "gpus": {
        "type": "integer",
        "minimum": 0,
        "maximum": 64
       },
       "cpus": {
        "type": "integer",
        "minimum": 1,
        "maximum": 4096
       },
       "memory": {
        "type": "string",
        "x-form": "auto, or a number with M, G or T",
        "pattern": "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"
       },
       "time": {
        "type": "string",
        "x-form": "a number with m, h or d",
        "pattern": "^[0-9]+(\\.[0-9]+)?(m|h|d)$"
       },
       "extra": {
        "type": "array",
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "setup": {
        "type": "array",
        "items": {
         "type": "string"
        }
       },
       "device": {
        "enum": [
         "auto",
         "cpu",
         "cuda"
        ]
       },
       "jobs": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10000
       },
       "poll": {
        "type": "number",
        "minimum": 0.2,
        "maximum": 600
       },
       "start_timeout": {
        "type": "number",
        "minimum": 1,
        "maximum": 86400
       },
       "silence": {
        "type": "number",
        "minimum": 15,
        "maximum": 86400
       }
      }
     },
     {
      "type": "object",
      "additionalProperties": false,
      "required": [
       "type",
       "command"
      ],
      "properties": {
       "type": {
        "const": "command"
       },
       "command": {
        "type": "array",
        "minItems": 1,
        "items": {
         "type": "string",
         "minLength": 1
        }
       },
       "device": {
        "enum": [
         "auto",
         "cpu",
         "cuda"
        ]
       },
       "jobs": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10000
       },
       "start_timeout": {
        "type": "number",
        "minimum": 1,
        "maximum": 86400
       },
       "silence": {
        "type": "number",
        "minimum": 15,
        "maximum": 86400
       }
      }
     }
    ]
   }
  },
  "jobs": {
   "type": "integer",
   "minimum": 1,
   "maximum": 1024
  },
  "cache": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "dir": {
     "type": "string",
     "minLength": 1,
     "x-path": "folder"
    },
    "sharing": {
     "enum": [
      "private",
      "group"
     ]
    },
    "from": {
     "type": "array",
     "items": {
      "type": "string",
      "minLength": 1,
      "x-path": "folder"
     }
    },
    "remote": {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "url"
     ],
     "properties": {
      "url": {
       "type": "string",
       "x-form": "an address that begins with https://, http:// or s3://, without a password in it",
       "pattern": "^(https?|s3)://[^\\s@?#/]+[^\\s@?#]*$"
      },
      "mode": {
       "enum": [
        "read",
        "read_write"
       ]
      },
      "token_env": {
       "type": "string",
       "x-form": "the name of an environment variable",
       "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
      },
      "namespace": {
       "type": "string",
       "x-form": "letters, digits, dots, hyphens and underscores",
       "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
      },
      "read_namespaces": {
       "type": "array",
       "items": {
        "type": "string",
        "x-form": "letters, digits, dots, hyphens and underscores",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
       }
      },
      "endpoint": {
       "type": "string",
       "x-form": "an address that begins with https:// or http://",
       "pattern": "^https?://[^\\s@?#/]+[^\\s@?#]*$"
      },
      "region": {
       "type": "string",
       "minLength": 1
      },
      "timeout": {
       "type": "number",
       "minimum": 0.1,
       "maximum": 3600
      }
     }
    },
    "max_size_gb": {
     "type": "number",
     "minimum": 0
    },
    "max_age_days": {
     "type": "number",
     "minimum": 0
    }
   }
  },
  "memory_limit_gib": {
   "type": "number",
   "exclusiveMinimum": 0
  },
  "confirm": {
   "enum": [
    "ask",
    "never"
   ]
  },
  "color": {
   "enum": [
    "auto",
    "always",
    "never"
   ]
  },
  "terminal_title": {
   "enum": [
    "progress",
    "unchanged"
   ]
  },
  "notify": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "how": {
     "enum": [
      "bell",
      "osc9",
      "none"
     ]
    },
    "after_seconds": {
     "type": "number",
     "minimum": 0
    }
   }
  },
  "on_finish": {
   "type": "array",
   "items": {
    "type": "string"
   },
   "minItems": 1
  }
 },
 "$id": "settings"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^(auto|cpu|cuda(:[0-9]{1,3})?)$", "u");
const pattern1 = new RegExp("^[A-Za-z_][A-Za-z0-9_-]*$", "u");
const pattern2 = new RegExp("^(auto|[0-9]+(\\.[0-9]+)?[MGT])$", "u");
const pattern3 = new RegExp("^[0-9]+(\\.[0-9]+)?(m|h|d)$", "u");
const pattern4 = new RegExp("^(https?|s3)://[^\\s@?#/]+[^\\s@?#]*$", "u");
const pattern5 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");
const pattern6 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", "u");
const pattern8 = new RegExp("^https?://[^\\s@?#/]+[^\\s@?#]*$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="settings" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.sidestep !== undefined){
if(1 !== data.sidestep){
const err1 = {instancePath:instancePath+"/sidestep",schemaPath:"#/properties/sidestep/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.checkpoint_dir !== undefined){
let data1 = data.checkpoint_dir;
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err2 = {instancePath:instancePath+"/checkpoint_dir",schemaPath:"#/properties/checkpoint_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/checkpoint_dir",schemaPath:"#/properties/checkpoint_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.profile !== undefined){
let data2 = data.profile;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err4 = {instancePath:instancePath+"/profile",schemaPath:"#/properties/profile/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/profile",schemaPath:"#/properties/profile/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.defaults !== undefined){
let data3 = data.defaults;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 in data3){
if(!((((((key1 === "device") || (key1 === "precision")) || (key1 === "seed")) || (key1 === "threads")) || (key1 === "on_error")) || (key1 === "retries"))){
const err6 = {instancePath:instancePath+"/defaults",schemaPath:"#/properties/defaults/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data3.device !== undefined){
let data4 = data3.device;
if(typeof data4 === "string"){
if(!pattern0.test(data4)){
const err7 = {instancePath:instancePath+"/defaults/device",schemaPath:"#/properties/defaults/properties/device/pattern",keyword:"pattern",params:{pattern: "^(auto|cpu|cuda(:[0-9]{1,3})?)$"},message:"must match pattern \""+"^(auto|cpu|cuda(:[0-9]{1,3})?)$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/defaults/device",schemaPath:"#/properties/defaults/properties/device/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data3.precision !== undefined){
let data5 = data3.precision;
if(!((((data5 === "auto") || (data5 === "f32")) || (data5 === "bf16")) || (data5 === "f16"))){
const err9 = {instancePath:instancePath+"/defaults/precision",schemaPath:"#/properties/defaults/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.defaults.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data3.seed !== undefined){
let data6 = data3.seed;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err10 = {instancePath:instancePath+"/defaults/seed",schemaPath:"#/properties/defaults/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 9007199254740991 || isNaN(data6)){
const err11 = {instancePath:instancePath+"/defaults/seed",schemaPath:"#/properties/defaults/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(data6 < 0 || isNaN(data6)){
const err12 = {instancePath:instancePath+"/defaults/seed",schemaPath:"#/properties/defaults/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
if(data3.threads !== undefined){
let data7 = data3.threads;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err13 = {instancePath:instancePath+"/defaults/threads",schemaPath:"#/properties/defaults/properties/threads/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 4096 || isNaN(data7)){
const err14 = {instancePath:instancePath+"/defaults/threads",schemaPath:"#/properties/defaults/properties/threads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data7 < 1 || isNaN(data7)){
const err15 = {instancePath:instancePath+"/defaults/threads",schemaPath:"#/properties/defaults/properties/threads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
if(data3.on_error !== undefined){
let data8 = data3.on_error;
if(!((data8 === "fail") || (data8 === "skip"))){
const err16 = {instancePath:instancePath+"/defaults/on_error",schemaPath:"#/properties/defaults/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.defaults.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data3.retries !== undefined){
let data9 = data3.retries;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err17 = {instancePath:instancePath+"/defaults/retries",schemaPath:"#/properties/defaults/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 100 || isNaN(data9)){
const err18 = {instancePath:instancePath+"/defaults/retries",schemaPath:"#/properties/defaults/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data9 < 0 || isNaN(data9)){
const err19 = {instancePath:instancePath+"/defaults/retries",schemaPath:"#/properties/defaults/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
else {
const err20 = {instancePath:instancePath+"/defaults",schemaPath:"#/properties/defaults/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.stages !== undefined){
let data10 = data.stages;
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
for(const key2 in data10){
if(!(func2.call(schema11.properties.stages.properties, key2))){
const err21 = {instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data10.scan !== undefined){
let data11 = data10.scan;
if(!(data11 && typeof data11 == "object" && !Array.isArray(data11))){
const err22 = {instancePath:instancePath+"/stages/scan",schemaPath:"#/properties/stages/properties/scan/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data10.dataset !== undefined){
let data12 = data10.dataset;
if(!(data12 && typeof data12 == "object" && !Array.isArray(data12))){
const err23 = {instancePath:instancePath+"/stages/dataset",schemaPath:"#/properties/stages/properties/dataset/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data10.join !== undefined){
let data13 = data10.join;
if(!(data13 && typeof data13 == "object" && !Array.isArray(data13))){
const err24 = {instancePath:instancePath+"/stages/join",schemaPath:"#/properties/stages/properties/join/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data10.caption !== undefined){
let data14 = data10.caption;
if(!(data14 && typeof data14 == "object" && !Array.isArray(data14))){
const err25 = {instancePath:instancePath+"/stages/caption",schemaPath:"#/properties/stages/properties/caption/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data10.analyze !== undefined){
let data15 = data10.analyze;
if(!(data15 && typeof data15 == "object" && !Array.isArray(data15))){
const err26 = {instancePath:instancePath+"/stages/analyze",schemaPath:"#/properties/stages/properties/analyze/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data10["preprocess.pass1"] !== undefined){
let data16 = data10["preprocess.pass1"];
if(!(data16 && typeof data16 == "object" && !Array.isArray(data16))){
const err27 = {instancePath:instancePath+"/stages/preprocess.pass1",schemaPath:"#/properties/stages/properties/preprocess.pass1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data10["preprocess.pass2"] !== undefined){
let data17 = data10["preprocess.pass2"];
if(!(data17 && typeof data17 == "object" && !Array.isArray(data17))){
const err28 = {instancePath:instancePath+"/stages/preprocess.pass2",schemaPath:"#/properties/stages/properties/preprocess.pass2/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data10.pack !== undefined){
let data18 = data10.pack;
if(!(data18 && typeof data18 == "object" && !Array.isArray(data18))){
const err29 = {instancePath:instancePath+"/stages/pack",schemaPath:"#/properties/stages/properties/pack/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data10.estimate !== undefined){
let data19 = data10.estimate;
if(!(data19 && typeof data19 == "object" && !Array.isArray(data19))){
const err30 = {instancePath:instancePath+"/stages/estimate",schemaPath:"#/properties/stages/properties/estimate/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data10.train !== undefined){
let data20 = data10.train;
if(!(data20 && typeof data20 == "object" && !Array.isArray(data20))){
const err31 = {instancePath:instancePath+"/stages/train",schemaPath:"#/properties/stages/properties/train/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data10.generate !== undefined){
let data21 = data10.generate;
if(!(data21 && typeof data21 == "object" && !Array.isArray(data21))){
const err32 = {instancePath:instancePath+"/stages/generate",schemaPath:"#/properties/stages/properties/generate/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data10.export !== undefined){
let data22 = data10.export;
if(!(data22 && typeof data22 == "object" && !Array.isArray(data22))){
const err33 = {instancePath:instancePath+"/stages/export",schemaPath:"#/properties/stages/properties/export/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.executors !== undefined){
let data23 = data.executors;
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
for(const key3 in data23){
const _errs49 = errors;
if(typeof key3 === "string"){
if(!pattern1.test(key3)){
const err35 = {instancePath:instancePath+"/executors",schemaPath:"#/properties/executors/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_-]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_-]*$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
var valid3 = _errs49 === errors;
if(!valid3){
const err36 = {instancePath:instancePath+"/executors",schemaPath:"#/properties/executors/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
for(const key4 in data23){
let data24 = data23[key4];
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(data24.type === undefined){
const err37 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
const tag0 = data24.type;
if(typeof tag0 == "string"){
if(tag0 === "slurm"){
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(data24.type === undefined){
const err38 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/0/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
for(const key5 in data24){
if(!(func2.call(schema11.properties.executors.additionalProperties.oneOf[0].properties, key5))){
const err39 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data24.type !== undefined){
if("slurm" !== data24.type){
const err40 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/type/const",keyword:"const",params:{allowedValue: "slurm"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data24.partition !== undefined){
let data26 = data24.partition;
if(typeof data26 === "string"){
if(func3(data26) < 1){
const err41 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/partition",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/partition/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
else {
const err42 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/partition",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/partition/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data24.account !== undefined){
let data27 = data24.account;
if(typeof data27 === "string"){
if(func3(data27) < 1){
const err43 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/account",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/account/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
else {
const err44 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/account",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/account/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data24.qos !== undefined){
let data28 = data24.qos;
if(typeof data28 === "string"){
if(func3(data28) < 1){
const err45 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/qos",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/qos/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
else {
const err46 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/qos",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/qos/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data24.gpus !== undefined){
let data29 = data24.gpus;
if(!(((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29))) && (isFinite(data29)))){
const err47 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/gpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/gpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data29 == "number") && (isFinite(data29))){
if(data29 > 64 || isNaN(data29)){
const err48 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/gpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/gpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data29 < 0 || isNaN(data29)){
const err49 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/gpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/gpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
if(data24.cpus !== undefined){
let data30 = data24.cpus;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err50 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/cpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/cpus/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if((typeof data30 == "number") && (isFinite(data30))){
if(data30 > 4096 || isNaN(data30)){
const err51 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/cpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/cpus/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data30 < 1 || isNaN(data30)){
const err52 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/cpus",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/cpus/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
if(data24.memory !== undefined){
let data31 = data24.memory;
if(typeof data31 === "string"){
if(!pattern2.test(data31)){
const err53 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/memory",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/memory/pattern",keyword:"pattern",params:{pattern: "^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"},message:"must match pattern \""+"^(auto|[0-9]+(\\.[0-9]+)?[MGT])$"+"\""};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
else {
const err54 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/memory",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/memory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data24.time !== undefined){
let data32 = data24.time;
if(typeof data32 === "string"){
if(!pattern3.test(data32)){
const err55 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/time",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/time/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?(m|h|d)$"},message:"must match pattern \""+"^[0-9]+(\\.[0-9]+)?(m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
else {
const err56 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/time",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/time/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data24.extra !== undefined){
let data33 = data24.extra;
if(Array.isArray(data33)){
const len0 = data33.length;
for(let i0=0; i0<len0; i0++){
let data34 = data33[i0];
if(typeof data34 === "string"){
if(func3(data34) < 1){
const err57 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/extra/" + i0,schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/extra/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/extra/" + i0,schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/extra/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
}
else {
const err59 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/extra",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/extra/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data24.setup !== undefined){
let data35 = data24.setup;
if(Array.isArray(data35)){
const len1 = data35.length;
for(let i1=0; i1<len1; i1++){
if(typeof data35[i1] !== "string"){
const err60 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/setup/" + i1,schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/setup/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
else {
const err61 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/setup",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/setup/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data24.device !== undefined){
let data37 = data24.device;
if(!(((data37 === "auto") || (data37 === "cpu")) || (data37 === "cuda"))){
const err62 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/device",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/device/enum",keyword:"enum",params:{allowedValues: schema11.properties.executors.additionalProperties.oneOf[0].properties.device.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data24.jobs !== undefined){
let data38 = data24.jobs;
if(!(((typeof data38 == "number") && (!(data38 % 1) && !isNaN(data38))) && (isFinite(data38)))){
const err63 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/jobs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 > 10000 || isNaN(data38)){
const err64 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/jobs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(data38 < 1 || isNaN(data38)){
const err65 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/jobs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
}
if(data24.poll !== undefined){
let data39 = data24.poll;
if((typeof data39 == "number") && (isFinite(data39))){
if(data39 > 600 || isNaN(data39)){
const err66 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/poll",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/poll/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600},message:"must be <= 600"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
if(data39 < 0.2 || isNaN(data39)){
const err67 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/poll",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/poll/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.2},message:"must be >= 0.2"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
else {
const err68 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/poll",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/poll/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data24.start_timeout !== undefined){
let data40 = data24.start_timeout;
if((typeof data40 == "number") && (isFinite(data40))){
if(data40 > 86400 || isNaN(data40)){
const err69 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/start_timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if(data40 < 1 || isNaN(data40)){
const err70 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/start_timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
else {
const err71 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/start_timeout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data24.silence !== undefined){
let data41 = data24.silence;
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 > 86400 || isNaN(data41)){
const err72 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/silence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(data41 < 15 || isNaN(data41)){
const err73 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/silence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 15},message:"must be >= 15"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
else {
const err74 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/0/properties/silence/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
}
else {
const err75 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else if(tag0 === "command"){
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(data24.type === undefined){
const err76 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if(data24.command === undefined){
const err77 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/required",keyword:"required",params:{missingProperty: "command"},message:"must have required property '"+"command"+"'"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
for(const key6 in data24){
if(!((((((key6 === "type") || (key6 === "command")) || (key6 === "device")) || (key6 === "jobs")) || (key6 === "start_timeout")) || (key6 === "silence"))){
const err78 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
if(data24.type !== undefined){
if("command" !== data24.type){
const err79 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/type/const",keyword:"const",params:{allowedValue: "command"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data24.command !== undefined){
let data43 = data24.command;
if(Array.isArray(data43)){
if(data43.length < 1){
const err80 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/command",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
const len2 = data43.length;
for(let i2=0; i2<len2; i2++){
let data44 = data43[i2];
if(typeof data44 === "string"){
if(func3(data44) < 1){
const err81 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/command/" + i2,schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
else {
const err82 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/command/" + i2,schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
}
else {
const err83 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/command",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/command/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data24.device !== undefined){
let data45 = data24.device;
if(!(((data45 === "auto") || (data45 === "cpu")) || (data45 === "cuda"))){
const err84 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/device",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/device/enum",keyword:"enum",params:{allowedValues: schema11.properties.executors.additionalProperties.oneOf[1].properties.device.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data24.jobs !== undefined){
let data46 = data24.jobs;
if(!(((typeof data46 == "number") && (!(data46 % 1) && !isNaN(data46))) && (isFinite(data46)))){
const err85 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/jobs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
if((typeof data46 == "number") && (isFinite(data46))){
if(data46 > 10000 || isNaN(data46)){
const err86 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/jobs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data46 < 1 || isNaN(data46)){
const err87 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/jobs",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/jobs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
}
if(data24.start_timeout !== undefined){
let data47 = data24.start_timeout;
if((typeof data47 == "number") && (isFinite(data47))){
if(data47 > 86400 || isNaN(data47)){
const err88 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/start_timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if(data47 < 1 || isNaN(data47)){
const err89 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/start_timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
else {
const err90 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/start_timeout",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/start_timeout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data24.silence !== undefined){
let data48 = data24.silence;
if((typeof data48 == "number") && (isFinite(data48))){
if(data48 > 86400 || isNaN(data48)){
const err91 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/silence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if(data48 < 15 || isNaN(data48)){
const err92 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/silence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 15},message:"must be >= 15"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
else {
const err93 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/silence",schemaPath:"#/properties/executors/additionalProperties/oneOf/1/properties/silence/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
else {
const err94 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
else {
const err95 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/discriminator",keyword:"discriminator",params:{error: "mapping", tag: "type", tagValue: tag0},message:"value of tag \"type\" must be in oneOf"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
else {
const err96 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/discriminator",keyword:"discriminator",params:{error: "tag", tag: "type", tagValue: tag0},message:"tag \"type\" must be string"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
else {
const err97 = {instancePath:instancePath+"/executors/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/executors/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
}
else {
const err98 = {instancePath:instancePath+"/executors",schemaPath:"#/properties/executors/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
if(data.jobs !== undefined){
let data49 = data.jobs;
if(!(((typeof data49 == "number") && (!(data49 % 1) && !isNaN(data49))) && (isFinite(data49)))){
const err99 = {instancePath:instancePath+"/jobs",schemaPath:"#/properties/jobs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if((typeof data49 == "number") && (isFinite(data49))){
if(data49 > 1024 || isNaN(data49)){
const err100 = {instancePath:instancePath+"/jobs",schemaPath:"#/properties/jobs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1024},message:"must be <= 1024"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(data49 < 1 || isNaN(data49)){
const err101 = {instancePath:instancePath+"/jobs",schemaPath:"#/properties/jobs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
}
if(data.cache !== undefined){
let data50 = data.cache;
if(data50 && typeof data50 == "object" && !Array.isArray(data50)){
for(const key7 in data50){
if(!((((((key7 === "dir") || (key7 === "sharing")) || (key7 === "from")) || (key7 === "remote")) || (key7 === "max_size_gb")) || (key7 === "max_age_days"))){
const err102 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
if(data50.dir !== undefined){
let data51 = data50.dir;
if(typeof data51 === "string"){
if(func3(data51) < 1){
const err103 = {instancePath:instancePath+"/cache/dir",schemaPath:"#/properties/cache/properties/dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
else {
const err104 = {instancePath:instancePath+"/cache/dir",schemaPath:"#/properties/cache/properties/dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
if(data50.sharing !== undefined){
let data52 = data50.sharing;
if(!((data52 === "private") || (data52 === "group"))){
const err105 = {instancePath:instancePath+"/cache/sharing",schemaPath:"#/properties/cache/properties/sharing/enum",keyword:"enum",params:{allowedValues: schema11.properties.cache.properties.sharing.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data50.from !== undefined){
let data53 = data50.from;
if(Array.isArray(data53)){
const len3 = data53.length;
for(let i3=0; i3<len3; i3++){
let data54 = data53[i3];
if(typeof data54 === "string"){
if(func3(data54) < 1){
const err106 = {instancePath:instancePath+"/cache/from/" + i3,schemaPath:"#/properties/cache/properties/from/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
else {
const err107 = {instancePath:instancePath+"/cache/from/" + i3,schemaPath:"#/properties/cache/properties/from/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
}
else {
const err108 = {instancePath:instancePath+"/cache/from",schemaPath:"#/properties/cache/properties/from/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data50.remote !== undefined){
let data55 = data50.remote;
if(data55 && typeof data55 == "object" && !Array.isArray(data55)){
if(data55.url === undefined){
const err109 = {instancePath:instancePath+"/cache/remote",schemaPath:"#/properties/cache/properties/remote/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
for(const key8 in data55){
if(!((((((((key8 === "url") || (key8 === "mode")) || (key8 === "token_env")) || (key8 === "namespace")) || (key8 === "read_namespaces")) || (key8 === "endpoint")) || (key8 === "region")) || (key8 === "timeout"))){
const err110 = {instancePath:instancePath+"/cache/remote",schemaPath:"#/properties/cache/properties/remote/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
if(data55.url !== undefined){
let data56 = data55.url;
if(typeof data56 === "string"){
if(!pattern4.test(data56)){
const err111 = {instancePath:instancePath+"/cache/remote/url",schemaPath:"#/properties/cache/properties/remote/properties/url/pattern",keyword:"pattern",params:{pattern: "^(https?|s3)://[^\\s@?#/]+[^\\s@?#]*$"},message:"must match pattern \""+"^(https?|s3)://[^\\s@?#/]+[^\\s@?#]*$"+"\""};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
else {
const err112 = {instancePath:instancePath+"/cache/remote/url",schemaPath:"#/properties/cache/properties/remote/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
if(data55.mode !== undefined){
let data57 = data55.mode;
if(!((data57 === "read") || (data57 === "read_write"))){
const err113 = {instancePath:instancePath+"/cache/remote/mode",schemaPath:"#/properties/cache/properties/remote/properties/mode/enum",keyword:"enum",params:{allowedValues: schema11.properties.cache.properties.remote.properties.mode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
if(data55.token_env !== undefined){
let data58 = data55.token_env;
if(typeof data58 === "string"){
if(!pattern5.test(data58)){
const err114 = {instancePath:instancePath+"/cache/remote/token_env",schemaPath:"#/properties/cache/properties/remote/properties/token_env/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\""};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
else {
const err115 = {instancePath:instancePath+"/cache/remote/token_env",schemaPath:"#/properties/cache/properties/remote/properties/token_env/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
if(data55.namespace !== undefined){
let data59 = data55.namespace;
if(typeof data59 === "string"){
if(!pattern6.test(data59)){
const err116 = {instancePath:instancePath+"/cache/remote/namespace",schemaPath:"#/properties/cache/properties/remote/properties/namespace/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"+"\""};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
else {
const err117 = {instancePath:instancePath+"/cache/remote/namespace",schemaPath:"#/properties/cache/properties/remote/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
if(data55.read_namespaces !== undefined){
let data60 = data55.read_namespaces;
if(Array.isArray(data60)){
const len4 = data60.length;
for(let i4=0; i4<len4; i4++){
let data61 = data60[i4];
if(typeof data61 === "string"){
if(!pattern6.test(data61)){
const err118 = {instancePath:instancePath+"/cache/remote/read_namespaces/" + i4,schemaPath:"#/properties/cache/properties/remote/properties/read_namespaces/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"+"\""};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
else {
const err119 = {instancePath:instancePath+"/cache/remote/read_namespaces/" + i4,schemaPath:"#/properties/cache/properties/remote/properties/read_namespaces/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
else {
const err120 = {instancePath:instancePath+"/cache/remote/read_namespaces",schemaPath:"#/properties/cache/properties/remote/properties/read_namespaces/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
if(data55.endpoint !== undefined){
let data62 = data55.endpoint;
if(typeof data62 === "string"){
if(!pattern8.test(data62)){
const err121 = {instancePath:instancePath+"/cache/remote/endpoint",schemaPath:"#/properties/cache/properties/remote/properties/endpoint/pattern",keyword:"pattern",params:{pattern: "^https?://[^\\s@?#/]+[^\\s@?#]*$"},message:"must match pattern \""+"^https?://[^\\s@?#/]+[^\\s@?#]*$"+"\""};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
else {
const err122 = {instancePath:instancePath+"/cache/remote/endpoint",schemaPath:"#/properties/cache/properties/remote/properties/endpoint/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data55.region !== undefined){
let data63 = data55.region;
if(typeof data63 === "string"){
if(func3(data63) < 1){
const err123 = {instancePath:instancePath+"/cache/remote/region",schemaPath:"#/properties/cache/properties/remote/properties/region/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
else {
const err124 = {instancePath:instancePath+"/cache/remote/region",schemaPath:"#/properties/cache/properties/remote/properties/region/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data55.timeout !== undefined){
let data64 = data55.timeout;
if((typeof data64 == "number") && (isFinite(data64))){
if(data64 > 3600 || isNaN(data64)){
const err125 = {instancePath:instancePath+"/cache/remote/timeout",schemaPath:"#/properties/cache/properties/remote/properties/timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if(data64 < 0.1 || isNaN(data64)){
const err126 = {instancePath:instancePath+"/cache/remote/timeout",schemaPath:"#/properties/cache/properties/remote/properties/timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.1},message:"must be >= 0.1"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
else {
const err127 = {instancePath:instancePath+"/cache/remote/timeout",schemaPath:"#/properties/cache/properties/remote/properties/timeout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
}
else {
const err128 = {instancePath:instancePath+"/cache/remote",schemaPath:"#/properties/cache/properties/remote/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
if(data50.max_size_gb !== undefined){
let data65 = data50.max_size_gb;
if((typeof data65 == "number") && (isFinite(data65))){
if(data65 < 0 || isNaN(data65)){
const err129 = {instancePath:instancePath+"/cache/max_size_gb",schemaPath:"#/properties/cache/properties/max_size_gb/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
}
else {
const err130 = {instancePath:instancePath+"/cache/max_size_gb",schemaPath:"#/properties/cache/properties/max_size_gb/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
if(data50.max_age_days !== undefined){
let data66 = data50.max_age_days;
if((typeof data66 == "number") && (isFinite(data66))){
if(data66 < 0 || isNaN(data66)){
const err131 = {instancePath:instancePath+"/cache/max_age_days",schemaPath:"#/properties/cache/properties/max_age_days/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
}
else {
const err132 = {instancePath:instancePath+"/cache/max_age_days",schemaPath:"#/properties/cache/properties/max_age_days/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
}
else {
const err133 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
if(data.memory_limit_gib !== undefined){
let data67 = data.memory_limit_gib;
if((typeof data67 == "number") && (isFinite(data67))){
if(data67 <= 0 || isNaN(data67)){
const err134 = {instancePath:instancePath+"/memory_limit_gib",schemaPath:"#/properties/memory_limit_gib/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
else {
const err135 = {instancePath:instancePath+"/memory_limit_gib",schemaPath:"#/properties/memory_limit_gib/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
if(data.confirm !== undefined){
let data68 = data.confirm;
if(!((data68 === "ask") || (data68 === "never"))){
const err136 = {instancePath:instancePath+"/confirm",schemaPath:"#/properties/confirm/enum",keyword:"enum",params:{allowedValues: schema11.properties.confirm.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
if(data.color !== undefined){
let data69 = data.color;
if(!(((data69 === "auto") || (data69 === "always")) || (data69 === "never"))){
const err137 = {instancePath:instancePath+"/color",schemaPath:"#/properties/color/enum",keyword:"enum",params:{allowedValues: schema11.properties.color.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
if(data.terminal_title !== undefined){
let data70 = data.terminal_title;
if(!((data70 === "progress") || (data70 === "unchanged"))){
const err138 = {instancePath:instancePath+"/terminal_title",schemaPath:"#/properties/terminal_title/enum",keyword:"enum",params:{allowedValues: schema11.properties.terminal_title.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
if(data.notify !== undefined){
let data71 = data.notify;
if(data71 && typeof data71 == "object" && !Array.isArray(data71)){
for(const key9 in data71){
if(!((key9 === "how") || (key9 === "after_seconds"))){
const err139 = {instancePath:instancePath+"/notify",schemaPath:"#/properties/notify/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
if(data71.how !== undefined){
let data72 = data71.how;
if(!(((data72 === "bell") || (data72 === "osc9")) || (data72 === "none"))){
const err140 = {instancePath:instancePath+"/notify/how",schemaPath:"#/properties/notify/properties/how/enum",keyword:"enum",params:{allowedValues: schema11.properties.notify.properties.how.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
}
if(data71.after_seconds !== undefined){
let data73 = data71.after_seconds;
if((typeof data73 == "number") && (isFinite(data73))){
if(data73 < 0 || isNaN(data73)){
const err141 = {instancePath:instancePath+"/notify/after_seconds",schemaPath:"#/properties/notify/properties/after_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
else {
const err142 = {instancePath:instancePath+"/notify/after_seconds",schemaPath:"#/properties/notify/properties/after_seconds/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
}
else {
const err143 = {instancePath:instancePath+"/notify",schemaPath:"#/properties/notify/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
if(data.on_finish !== undefined){
let data74 = data.on_finish;
if(Array.isArray(data74)){
if(data74.length < 1){
const err144 = {instancePath:instancePath+"/on_finish",schemaPath:"#/properties/on_finish/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
const len5 = data74.length;
for(let i5=0; i5<len5; i5++){
if(typeof data74[i5] !== "string"){
const err145 = {instancePath:instancePath+"/on_finish/" + i5,schemaPath:"#/properties/on_finish/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
}
else {
const err146 = {instancePath:instancePath+"/on_finish",schemaPath:"#/properties/on_finish/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
}
else {
const err147 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'dataset_json': late(() => {
const schema11 = {
 "anyOf": [
  {
   "type": "array",
   "items": {
    "type": "object",
    "additionalProperties": true,
    "anyOf": [
     {
      "required": [
       "audio_path"
      ]
     },
     {
      "required": [
       "filename"
      ]
     }
    ],
    "properties": {
     "audio_path": {
      "type": "string",
      "minLength": 1
     },
     "filename": {
      "type": "string",
      "minLength": 1
     },
     "caption": {
      "type": [
       "string",
       "null"
      ]
     },
     "genre": {
      "type": [
       "string",
       "null"
      ]
     },
     "lyrics": {
      "type": [
       "string",
       "null"
      ]
     },
     "is_instrumental": {
      "type": [
       "boolean",
       "null"
      ]
     },
     "bpm": {
      "type": [
       "string",
       "number",
       "null"
      ]
     },
     "keyscale": {
      "type": [
       "string",
       "null"
      ]
     },
     "timesignature": {
      "type": [
       "string",
       "number",
       "null"
      ]
     },
     "duration": {
      "type": [
       "string",
       "number",
       "null"
      ]
     },
     "language": {
      "type": [
       "string",
       "null"
      ]
     },
     "custom_tag": {
      "type": [
       "string",
       "null"
      ]
     },
     "prompt_override": {
      "enum": [
       "caption",
       "genre",
       null
      ]
     },
     "repeat": {
      "type": "integer",
      "minimum": 1
     }
    }
   }
  },
  {
   "type": "object",
   "additionalProperties": true,
   "required": [
    "samples"
   ],
   "properties": {
    "metadata": {
     "type": "object",
     "additionalProperties": true,
     "properties": {
      "name": {
       "type": "string"
      },
      "custom_tag": {
       "type": [
        "string",
        "null"
       ]
      },
      "tag_position": {
       "enum": [
        "prepend",
        "append",
        "replace"
       ]
      },
      "genre_ratio": {
       "type": "number",
       "minimum": 0,
       "maximum": 100
      }
     }
    },
    "samples": {
     "type": "array",
     "items": {
      "type": "object",
      "additionalProperties": true,
      "anyOf": [
       {
        "required": [
         "audio_path"
        ]
       },
       {
        "required": [
         "filename"
        ]
       }
      ],
      "properties": {
       "audio_path": {
        "type": "string",
        "minLength": 1
       },
       "filename": {
        "type": "string",
        "minLength": 1
       },
       "caption": {
        "type": [
         "string",
         "null"
        ]
       },
       "genre": {
        "type": [
         "string",
         "null"
        ]
       },
       "lyrics": {
        "type": [
         "string",
         "null"
        ]
       },
       "is_instrumental": {
        "type": [
         "boolean",
         "null"
        ]
       },
       "bpm": {
        "type": [
         "string",
         "number",
         "null"
        ]
       },
       "keyscale": {
        "type": [
         "string",
         "null"
        ]
       },
       "timesignature": {
        "type": [
         "string",
         "number",
         "null"
        ]
       },
       "duration": {
        "type": [
         "string",
         "number",
         "null"
        ]
       },
       "language": {
        "type": [
         "string",
         "null"
        ]
       },
       "custom_tag": {
        "type": [
         "string",
         "null"
        ]
       },
       "prompt_override": {
        "enum": [
         "caption",
         "genre",
         null
        ]
       },
       "repeat": {
        "type": "integer",
        "minimum": 1
       }
      }
     }
    }
   }
  }
 ],
 "$id": "dataset_json"
};
const func2 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="dataset_json" */;
let vErrors = null;
let errors = 0;
const _errs0 = errors;
let valid0 = false;
const _errs1 = errors;
if(Array.isArray(data)){
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
let data0 = data[i0];
const _errs5 = errors;
let valid3 = false;
const _errs6 = errors;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.audio_path === undefined){
const err0 = {instancePath:instancePath+"/" + i0,schemaPath:"#/anyOf/0/items/anyOf/0/required",keyword:"required",params:{missingProperty: "audio_path"},message:"must have required property '"+"audio_path"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid1 = _errs6 === errors;
valid3 = valid3 || _valid1;
if(!valid3){
const _errs7 = errors;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.filename === undefined){
const err1 = {instancePath:instancePath+"/" + i0,schemaPath:"#/anyOf/0/items/anyOf/1/required",keyword:"required",params:{missingProperty: "filename"},message:"must have required property '"+"filename"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid1 = _errs7 === errors;
valid3 = valid3 || _valid1;
}
if(!valid3){
const err2 = {instancePath:instancePath+"/" + i0,schemaPath:"#/anyOf/0/items/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
else {
errors = _errs5;
if(vErrors !== null){
if(_errs5){
vErrors.length = _errs5;
}
else {
vErrors = null;
}
}
}
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.audio_path !== undefined){
let data1 = data0.audio_path;
if(typeof data1 === "string"){
if(func2(data1) < 1){
const err3 = {instancePath:instancePath+"/" + i0+"/audio_path",schemaPath:"#/anyOf/0/items/properties/audio_path/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/" + i0+"/audio_path",schemaPath:"#/anyOf/0/items/properties/audio_path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data0.filename !== undefined){
let data2 = data0.filename;
if(typeof data2 === "string"){
if(func2(data2) < 1){
const err5 = {instancePath:instancePath+"/" + i0+"/filename",schemaPath:"#/anyOf/0/items/properties/filename/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/" + i0+"/filename",schemaPath:"#/anyOf/0/items/properties/filename/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data0.caption !== undefined){
let data3 = data0.caption;
if((typeof data3 !== "string") && (data3 !== null)){
const err7 = {instancePath:instancePath+"/" + i0+"/caption",schemaPath:"#/anyOf/0/items/properties/caption/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.caption.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data0.genre !== undefined){
let data4 = data0.genre;
if((typeof data4 !== "string") && (data4 !== null)){
const err8 = {instancePath:instancePath+"/" + i0+"/genre",schemaPath:"#/anyOf/0/items/properties/genre/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.genre.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data0.lyrics !== undefined){
let data5 = data0.lyrics;
if((typeof data5 !== "string") && (data5 !== null)){
const err9 = {instancePath:instancePath+"/" + i0+"/lyrics",schemaPath:"#/anyOf/0/items/properties/lyrics/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.lyrics.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data0.is_instrumental !== undefined){
let data6 = data0.is_instrumental;
if((typeof data6 !== "boolean") && (data6 !== null)){
const err10 = {instancePath:instancePath+"/" + i0+"/is_instrumental",schemaPath:"#/anyOf/0/items/properties/is_instrumental/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.is_instrumental.type},message:"must be boolean,null"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data0.bpm !== undefined){
let data7 = data0.bpm;
if(((typeof data7 !== "string") && (!((typeof data7 == "number") && (isFinite(data7))))) && (data7 !== null)){
const err11 = {instancePath:instancePath+"/" + i0+"/bpm",schemaPath:"#/anyOf/0/items/properties/bpm/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.bpm.type},message:"must be string,number,null"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data0.keyscale !== undefined){
let data8 = data0.keyscale;
if((typeof data8 !== "string") && (data8 !== null)){
const err12 = {instancePath:instancePath+"/" + i0+"/keyscale",schemaPath:"#/anyOf/0/items/properties/keyscale/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.keyscale.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data0.timesignature !== undefined){
let data9 = data0.timesignature;
if(((typeof data9 !== "string") && (!((typeof data9 == "number") && (isFinite(data9))))) && (data9 !== null)){
const err13 = {instancePath:instancePath+"/" + i0+"/timesignature",schemaPath:"#/anyOf/0/items/properties/timesignature/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.timesignature.type},message:"must be string,number,null"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data0.duration !== undefined){
let data10 = data0.duration;
if(((typeof data10 !== "string") && (!((typeof data10 == "number") && (isFinite(data10))))) && (data10 !== null)){
const err14 = {instancePath:instancePath+"/" + i0+"/duration",schemaPath:"#/anyOf/0/items/properties/duration/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.duration.type},message:"must be string,number,null"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data0.language !== undefined){
let data11 = data0.language;
if((typeof data11 !== "string") && (data11 !== null)){
const err15 = {instancePath:instancePath+"/" + i0+"/language",schemaPath:"#/anyOf/0/items/properties/language/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.language.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data0.custom_tag !== undefined){
let data12 = data0.custom_tag;
if((typeof data12 !== "string") && (data12 !== null)){
const err16 = {instancePath:instancePath+"/" + i0+"/custom_tag",schemaPath:"#/anyOf/0/items/properties/custom_tag/type",keyword:"type",params:{type: schema11.anyOf[0].items.properties.custom_tag.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data0.prompt_override !== undefined){
let data13 = data0.prompt_override;
if(!(((data13 === "caption") || (data13 === "genre")) || (data13 === null))){
const err17 = {instancePath:instancePath+"/" + i0+"/prompt_override",schemaPath:"#/anyOf/0/items/properties/prompt_override/enum",keyword:"enum",params:{allowedValues: schema11.anyOf[0].items.properties.prompt_override.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data0.repeat !== undefined){
let data14 = data0.repeat;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err18 = {instancePath:instancePath+"/" + i0+"/repeat",schemaPath:"#/anyOf/0/items/properties/repeat/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 < 1 || isNaN(data14)){
const err19 = {instancePath:instancePath+"/" + i0+"/repeat",schemaPath:"#/anyOf/0/items/properties/repeat/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
else {
const err20 = {instancePath:instancePath+"/" + i0,schemaPath:"#/anyOf/0/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath,schemaPath:"#/anyOf/0/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
var _valid0 = _errs1 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs36 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.samples === undefined){
const err22 = {instancePath,schemaPath:"#/anyOf/1/required",keyword:"required",params:{missingProperty: "samples"},message:"must have required property '"+"samples"+"'"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data.metadata !== undefined){
let data15 = data.metadata;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
if(data15.name !== undefined){
if(typeof data15.name !== "string"){
const err23 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/anyOf/1/properties/metadata/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data15.custom_tag !== undefined){
let data17 = data15.custom_tag;
if((typeof data17 !== "string") && (data17 !== null)){
const err24 = {instancePath:instancePath+"/metadata/custom_tag",schemaPath:"#/anyOf/1/properties/metadata/properties/custom_tag/type",keyword:"type",params:{type: schema11.anyOf[1].properties.metadata.properties.custom_tag.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data15.tag_position !== undefined){
let data18 = data15.tag_position;
if(!(((data18 === "prepend") || (data18 === "append")) || (data18 === "replace"))){
const err25 = {instancePath:instancePath+"/metadata/tag_position",schemaPath:"#/anyOf/1/properties/metadata/properties/tag_position/enum",keyword:"enum",params:{allowedValues: schema11.anyOf[1].properties.metadata.properties.tag_position.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data15.genre_ratio !== undefined){
let data19 = data15.genre_ratio;
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 100 || isNaN(data19)){
const err26 = {instancePath:instancePath+"/metadata/genre_ratio",schemaPath:"#/anyOf/1/properties/metadata/properties/genre_ratio/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data19 < 0 || isNaN(data19)){
const err27 = {instancePath:instancePath+"/metadata/genre_ratio",schemaPath:"#/anyOf/1/properties/metadata/properties/genre_ratio/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/metadata/genre_ratio",schemaPath:"#/anyOf/1/properties/metadata/properties/genre_ratio/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/metadata",schemaPath:"#/anyOf/1/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data.samples !== undefined){
let data20 = data.samples;
if(Array.isArray(data20)){
const len1 = data20.length;
for(let i1=0; i1<len1; i1++){
let data21 = data20[i1];
const _errs53 = errors;
let valid9 = false;
const _errs54 = errors;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.audio_path === undefined){
const err30 = {instancePath:instancePath+"/samples/" + i1,schemaPath:"#/anyOf/1/properties/samples/items/anyOf/0/required",keyword:"required",params:{missingProperty: "audio_path"},message:"must have required property '"+"audio_path"+"'"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
var _valid2 = _errs54 === errors;
valid9 = valid9 || _valid2;
if(!valid9){
const _errs55 = errors;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.filename === undefined){
const err31 = {instancePath:instancePath+"/samples/" + i1,schemaPath:"#/anyOf/1/properties/samples/items/anyOf/1/required",keyword:"required",params:{missingProperty: "filename"},message:"must have required property '"+"filename"+"'"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
var _valid2 = _errs55 === errors;
valid9 = valid9 || _valid2;
}
if(!valid9){
const err32 = {instancePath:instancePath+"/samples/" + i1,schemaPath:"#/anyOf/1/properties/samples/items/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
else {
errors = _errs53;
if(vErrors !== null){
if(_errs53){
vErrors.length = _errs53;
}
else {
vErrors = null;
}
}
}
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.audio_path !== undefined){
let data22 = data21.audio_path;
if(typeof data22 === "string"){
if(func2(data22) < 1){
const err33 = {instancePath:instancePath+"/samples/" + i1+"/audio_path",schemaPath:"#/anyOf/1/properties/samples/items/properties/audio_path/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/samples/" + i1+"/audio_path",schemaPath:"#/anyOf/1/properties/samples/items/properties/audio_path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data21.filename !== undefined){
let data23 = data21.filename;
if(typeof data23 === "string"){
if(func2(data23) < 1){
const err35 = {instancePath:instancePath+"/samples/" + i1+"/filename",schemaPath:"#/anyOf/1/properties/samples/items/properties/filename/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/samples/" + i1+"/filename",schemaPath:"#/anyOf/1/properties/samples/items/properties/filename/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data21.caption !== undefined){
let data24 = data21.caption;
if((typeof data24 !== "string") && (data24 !== null)){
const err37 = {instancePath:instancePath+"/samples/" + i1+"/caption",schemaPath:"#/anyOf/1/properties/samples/items/properties/caption/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.caption.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data21.genre !== undefined){
let data25 = data21.genre;
if((typeof data25 !== "string") && (data25 !== null)){
const err38 = {instancePath:instancePath+"/samples/" + i1+"/genre",schemaPath:"#/anyOf/1/properties/samples/items/properties/genre/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.genre.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data21.lyrics !== undefined){
let data26 = data21.lyrics;
if((typeof data26 !== "string") && (data26 !== null)){
const err39 = {instancePath:instancePath+"/samples/" + i1+"/lyrics",schemaPath:"#/anyOf/1/properties/samples/items/properties/lyrics/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.lyrics.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data21.is_instrumental !== undefined){
let data27 = data21.is_instrumental;
if((typeof data27 !== "boolean") && (data27 !== null)){
const err40 = {instancePath:instancePath+"/samples/" + i1+"/is_instrumental",schemaPath:"#/anyOf/1/properties/samples/items/properties/is_instrumental/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.is_instrumental.type},message:"must be boolean,null"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data21.bpm !== undefined){
let data28 = data21.bpm;
if(((typeof data28 !== "string") && (!((typeof data28 == "number") && (isFinite(data28))))) && (data28 !== null)){
const err41 = {instancePath:instancePath+"/samples/" + i1+"/bpm",schemaPath:"#/anyOf/1/properties/samples/items/properties/bpm/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.bpm.type},message:"must be string,number,null"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data21.keyscale !== undefined){
let data29 = data21.keyscale;
if((typeof data29 !== "string") && (data29 !== null)){
const err42 = {instancePath:instancePath+"/samples/" + i1+"/keyscale",schemaPath:"#/anyOf/1/properties/samples/items/properties/keyscale/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.keyscale.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data21.timesignature !== undefined){
let data30 = data21.timesignature;
if(((typeof data30 !== "string") && (!((typeof data30 == "number") && (isFinite(data30))))) && (data30 !== null)){
const err43 = {instancePath:instancePath+"/samples/" + i1+"/timesignature",schemaPath:"#/anyOf/1/properties/samples/items/properties/timesignature/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.timesignature.type},message:"must be string,number,null"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data21.duration !== undefined){
let data31 = data21.duration;
if(((typeof data31 !== "string") && (!((typeof data31 == "number") && (isFinite(data31))))) && (data31 !== null)){
const err44 = {instancePath:instancePath+"/samples/" + i1+"/duration",schemaPath:"#/anyOf/1/properties/samples/items/properties/duration/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.duration.type},message:"must be string,number,null"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data21.language !== undefined){
let data32 = data21.language;
if((typeof data32 !== "string") && (data32 !== null)){
const err45 = {instancePath:instancePath+"/samples/" + i1+"/language",schemaPath:"#/anyOf/1/properties/samples/items/properties/language/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.language.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data21.custom_tag !== undefined){
let data33 = data21.custom_tag;
if((typeof data33 !== "string") && (data33 !== null)){
const err46 = {instancePath:instancePath+"/samples/" + i1+"/custom_tag",schemaPath:"#/anyOf/1/properties/samples/items/properties/custom_tag/type",keyword:"type",params:{type: schema11.anyOf[1].properties.samples.items.properties.custom_tag.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data21.prompt_override !== undefined){
let data34 = data21.prompt_override;
if(!(((data34 === "caption") || (data34 === "genre")) || (data34 === null))){
const err47 = {instancePath:instancePath+"/samples/" + i1+"/prompt_override",schemaPath:"#/anyOf/1/properties/samples/items/properties/prompt_override/enum",keyword:"enum",params:{allowedValues: schema11.anyOf[1].properties.samples.items.properties.prompt_override.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data21.repeat !== undefined){
let data35 = data21.repeat;
if(!(((typeof data35 == "number") && (!(data35 % 1) && !isNaN(data35))) && (isFinite(data35)))){
const err48 = {instancePath:instancePath+"/samples/" + i1+"/repeat",schemaPath:"#/anyOf/1/properties/samples/items/properties/repeat/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if((typeof data35 == "number") && (isFinite(data35))){
if(data35 < 1 || isNaN(data35)){
const err49 = {instancePath:instancePath+"/samples/" + i1+"/repeat",schemaPath:"#/anyOf/1/properties/samples/items/properties/repeat/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
}
else {
const err50 = {instancePath:instancePath+"/samples/" + i1,schemaPath:"#/anyOf/1/properties/samples/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
else {
const err51 = {instancePath:instancePath+"/samples",schemaPath:"#/anyOf/1/properties/samples/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
else {
const err52 = {instancePath,schemaPath:"#/anyOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
var _valid0 = _errs36 === errors;
valid0 = valid0 || _valid0;
}
if(!valid0){
const err53 = {instancePath,schemaPath:"#/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
else {
errors = _errs0;
if(vErrors !== null){
if(_errs0){
vErrors.length = _errs0;
}
else {
vErrors = null;
}
}
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'lock': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "sidestep_lock",
  "stages"
 ],
 "properties": {
  "sidestep_lock": {
   "const": 1
  },
  "stages": {
   "type": "object",
   "additionalProperties": {
    "type": "object",
    "additionalProperties": false,
    "required": [
     "uses",
     "version",
     "fingerprint",
     "params",
     "inputs",
     "files",
     "numerics",
     "outputs"
    ],
    "properties": {
     "uses": {
      "type": "string"
     },
     "version": {
      "type": "integer",
      "minimum": 1
     },
     "fingerprint": {
      "type": "string",
      "pattern": "^[0-9a-f]{64}$"
     },
     "params": {
      "type": "object"
     },
     "inputs": {
      "type": "object",
      "additionalProperties": {
       "type": "string",
       "pattern": "^[0-9a-f]{64}$"
      }
     },
     "files": {
      "type": "object",
      "additionalProperties": {
       "type": "string",
       "pattern": "^[0-9a-f]{64}$"
      }
     },
     "numerics": {
      "type": [
       "object",
       "null"
      ]
     },
     "outputs": {
      "type": "object",
      "additionalProperties": {
       "type": "string",
       "pattern": "^[0-9a-f]{64}$"
      }
     }
    }
   }
  }
 },
 "$id": "lock"
};
const pattern0 = new RegExp("^[0-9a-f]{64}$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="lock" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.sidestep_lock === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sidestep_lock"},message:"must have required property '"+"sidestep_lock"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.stages === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "stages"},message:"must have required property '"+"stages"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((key0 === "sidestep_lock") || (key0 === "stages"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.sidestep_lock !== undefined){
if(1 !== data.sidestep_lock){
const err3 = {instancePath:instancePath+"/sidestep_lock",schemaPath:"#/properties/sidestep_lock/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.stages !== undefined){
let data1 = data.stages;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
for(const key1 in data1){
let data2 = data1[key1];
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.uses === undefined){
const err4 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "uses"},message:"must have required property '"+"uses"+"'"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data2.version === undefined){
const err5 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data2.fingerprint === undefined){
const err6 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "fingerprint"},message:"must have required property '"+"fingerprint"+"'"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data2.params === undefined){
const err7 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "params"},message:"must have required property '"+"params"+"'"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.inputs === undefined){
const err8 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "inputs"},message:"must have required property '"+"inputs"+"'"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data2.files === undefined){
const err9 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "files"},message:"must have required property '"+"files"+"'"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data2.numerics === undefined){
const err10 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "numerics"},message:"must have required property '"+"numerics"+"'"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data2.outputs === undefined){
const err11 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/required",keyword:"required",params:{missingProperty: "outputs"},message:"must have required property '"+"outputs"+"'"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
for(const key2 in data2){
if(!((((((((key2 === "uses") || (key2 === "version")) || (key2 === "fingerprint")) || (key2 === "params")) || (key2 === "inputs")) || (key2 === "files")) || (key2 === "numerics")) || (key2 === "outputs"))){
const err12 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.uses !== undefined){
if(typeof data2.uses !== "string"){
const err13 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/uses",schemaPath:"#/properties/stages/additionalProperties/properties/uses/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.version !== undefined){
let data4 = data2.version;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/properties/stages/additionalProperties/properties/version/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 < 1 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/version",schemaPath:"#/properties/stages/additionalProperties/properties/version/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
if(data2.fingerprint !== undefined){
let data5 = data2.fingerprint;
if(typeof data5 === "string"){
if(!pattern0.test(data5)){
const err16 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/fingerprint",schemaPath:"#/properties/stages/additionalProperties/properties/fingerprint/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{64}$"},message:"must match pattern \""+"^[0-9a-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/fingerprint",schemaPath:"#/properties/stages/additionalProperties/properties/fingerprint/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data2.params !== undefined){
let data6 = data2.params;
if(!(data6 && typeof data6 == "object" && !Array.isArray(data6))){
const err18 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/params",schemaPath:"#/properties/stages/additionalProperties/properties/params/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.inputs !== undefined){
let data7 = data2.inputs;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key3 in data7){
let data8 = data7[key3];
if(typeof data8 === "string"){
if(!pattern0.test(data8)){
const err19 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/inputs/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/inputs/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{64}$"},message:"must match pattern \""+"^[0-9a-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/inputs/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/inputs/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/inputs",schemaPath:"#/properties/stages/additionalProperties/properties/inputs/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data2.files !== undefined){
let data9 = data2.files;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
for(const key4 in data9){
let data10 = data9[key4];
if(typeof data10 === "string"){
if(!pattern0.test(data10)){
const err22 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/files/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/files/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{64}$"},message:"must match pattern \""+"^[0-9a-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/files/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/files/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/files",schemaPath:"#/properties/stages/additionalProperties/properties/files/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data2.numerics !== undefined){
let data11 = data2.numerics;
if((!(data11 && typeof data11 == "object" && !Array.isArray(data11))) && (data11 !== null)){
const err25 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/numerics",schemaPath:"#/properties/stages/additionalProperties/properties/numerics/type",keyword:"type",params:{type: schema11.properties.stages.additionalProperties.properties.numerics.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data2.outputs !== undefined){
let data12 = data2.outputs;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key5 in data12){
let data13 = data12[key5];
if(typeof data13 === "string"){
if(!pattern0.test(data13)){
const err26 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/outputs/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/outputs/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{64}$"},message:"must match pattern \""+"^[0-9a-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/outputs/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/properties/outputs/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/outputs",schemaPath:"#/properties/stages/additionalProperties/properties/outputs/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/stages/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/stages/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.scan': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "checkpoint_dir"
 ],
 "properties": {
  "checkpoint_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "folder",
   "x-stage": [
    "fixture",
    "command"
   ]
  },
  "model": {
   "type": "string",
   "minLength": 1
  },
  "base_model": {
   "enum": [
    "auto",
    "turbo",
    "base",
    "sft"
   ]
  }
 },
 "$id": "stage.scan"
};
const func2 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.scan" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.checkpoint_dir === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "checkpoint_dir"},message:"must have required property '"+"checkpoint_dir"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(((key0 === "checkpoint_dir") || (key0 === "model")) || (key0 === "base_model"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.checkpoint_dir !== undefined){
let data0 = data.checkpoint_dir;
if(typeof data0 === "string"){
if(func2(data0) < 1){
const err2 = {instancePath:instancePath+"/checkpoint_dir",schemaPath:"#/properties/checkpoint_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/checkpoint_dir",schemaPath:"#/properties/checkpoint_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.model !== undefined){
let data1 = data.model;
if(typeof data1 === "string"){
if(func2(data1) < 1){
const err4 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.base_model !== undefined){
let data2 = data.base_model;
if(!((((data2 === "auto") || (data2 === "turbo")) || (data2 === "base")) || (data2 === "sft"))){
const err6 = {instancePath:instancePath+"/base_model",schemaPath:"#/properties/base_model/enum",keyword:"enum",params:{allowedValues: schema11.properties.base_model.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.dataset': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [],
 "anyOf": [
  {
   "required": [
    "audio_dir"
   ]
  },
  {
   "required": [
    "dataset_json"
   ]
  }
 ],
 "properties": {
  "audio_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "folder",
   "x-stage": [
    "fixture",
    "command"
   ]
  },
  "dataset_json": {
   "type": "string",
   "minLength": 1,
   "x-path": "file",
   "x-stage": [
    "fixture",
    "command"
   ]
  },
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "extensions": {
   "type": "array",
   "minItems": 1,
   "uniqueItems": true,
   "items": {
    "type": "string",
    "x-form": "a file name ending of letters and digits",
    "pattern": "^\\.?[A-Za-z0-9]+$"
   }
  },
  "exclude": {
   "type": "array",
   "items": {
    "type": "string",
    "minLength": 1,
    "maxLength": 1000
   }
  },
  "folders": {
   "enum": [
    "recursive",
    "top"
   ]
  },
  "sidecars": {
   "enum": [
    "use",
    "prefer",
    "ignore"
   ]
  },
  "file_tags": {
   "enum": [
    "use",
    "ignore"
   ]
  },
  "custom_tag": {
   "type": "string"
  },
  "tag_position": {
   "enum": [
    "prepend",
    "append",
    "replace"
   ]
  },
  "genre_ratio": {
   "type": "number",
   "minimum": 0,
   "maximum": 100
  },
  "genre_choice": {
   "enum": [
    "sample",
    "upstream"
   ]
  },
  "language": {
   "type": "string",
   "minLength": 1
  },
  "missing_lyrics": {
   "enum": [
    "instrumental",
    "fail"
   ]
  },
  "duplicates": {
   "enum": [
    "warn",
    "skip",
    "fail"
   ]
  },
  "min_duration": {
   "type": "number",
   "minimum": 0
  },
  "seed": {
   "type": "integer",
   "minimum": 0,
   "maximum": 9007199254740991
  },
  "on_error": {
   "enum": [
    "fail",
    "skip"
   ]
  }
 },
 "$id": "stage.dataset"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^\\.?[A-Za-z0-9]+$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.dataset" */;
let vErrors = null;
let errors = 0;
const _errs1 = errors;
let valid0 = false;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.audio_dir === undefined){
const err0 = {instancePath,schemaPath:"#/anyOf/0/required",keyword:"required",params:{missingProperty: "audio_dir"},message:"must have required property '"+"audio_dir"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs2 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.dataset_json === undefined){
const err1 = {instancePath,schemaPath:"#/anyOf/1/required",keyword:"required",params:{missingProperty: "dataset_json"},message:"must have required property '"+"dataset_json"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
valid0 = valid0 || _valid0;
}
if(!valid0){
const err2 = {instancePath,schemaPath:"#/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
else {
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.audio_dir !== undefined){
let data0 = data.audio_dir;
if(typeof data0 === "string"){
if(func3(data0) < 1){
const err4 = {instancePath:instancePath+"/audio_dir",schemaPath:"#/properties/audio_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/audio_dir",schemaPath:"#/properties/audio_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.dataset_json !== undefined){
let data1 = data.dataset_json;
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err6 = {instancePath:instancePath+"/dataset_json",schemaPath:"#/properties/dataset_json/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/dataset_json",schemaPath:"#/properties/dataset_json/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.model !== undefined){
let data2 = data.model;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err8 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.extensions !== undefined){
let data3 = data.extensions;
if(Array.isArray(data3)){
if(data3.length < 1){
const err10 = {instancePath:instancePath+"/extensions",schemaPath:"#/properties/extensions/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
if(typeof data4 === "string"){
if(!pattern0.test(data4)){
const err11 = {instancePath:instancePath+"/extensions/" + i0,schemaPath:"#/properties/extensions/items/pattern",keyword:"pattern",params:{pattern: "^\\.?[A-Za-z0-9]+$"},message:"must match pattern \""+"^\\.?[A-Za-z0-9]+$"+"\""};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/extensions/" + i0,schemaPath:"#/properties/extensions/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
let i1 = data3.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data3[i1];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err13 = {instancePath:instancePath+"/extensions",schemaPath:"#/properties/extensions/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
break;
}
indices0[item0] = i1;
}
}
}
else {
const err14 = {instancePath:instancePath+"/extensions",schemaPath:"#/properties/extensions/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.exclude !== undefined){
let data5 = data.exclude;
if(Array.isArray(data5)){
const len1 = data5.length;
for(let i2=0; i2<len1; i2++){
let data6 = data5[i2];
if(typeof data6 === "string"){
if(func3(data6) > 1000){
const err15 = {instancePath:instancePath+"/exclude/" + i2,schemaPath:"#/properties/exclude/items/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(func3(data6) < 1){
const err16 = {instancePath:instancePath+"/exclude/" + i2,schemaPath:"#/properties/exclude/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/exclude/" + i2,schemaPath:"#/properties/exclude/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/exclude",schemaPath:"#/properties/exclude/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.folders !== undefined){
let data7 = data.folders;
if(!((data7 === "recursive") || (data7 === "top"))){
const err19 = {instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/enum",keyword:"enum",params:{allowedValues: schema11.properties.folders.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.sidecars !== undefined){
let data8 = data.sidecars;
if(!(((data8 === "use") || (data8 === "prefer")) || (data8 === "ignore"))){
const err20 = {instancePath:instancePath+"/sidecars",schemaPath:"#/properties/sidecars/enum",keyword:"enum",params:{allowedValues: schema11.properties.sidecars.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.file_tags !== undefined){
let data9 = data.file_tags;
if(!((data9 === "use") || (data9 === "ignore"))){
const err21 = {instancePath:instancePath+"/file_tags",schemaPath:"#/properties/file_tags/enum",keyword:"enum",params:{allowedValues: schema11.properties.file_tags.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.custom_tag !== undefined){
if(typeof data.custom_tag !== "string"){
const err22 = {instancePath:instancePath+"/custom_tag",schemaPath:"#/properties/custom_tag/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.tag_position !== undefined){
let data11 = data.tag_position;
if(!(((data11 === "prepend") || (data11 === "append")) || (data11 === "replace"))){
const err23 = {instancePath:instancePath+"/tag_position",schemaPath:"#/properties/tag_position/enum",keyword:"enum",params:{allowedValues: schema11.properties.tag_position.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data.genre_ratio !== undefined){
let data12 = data.genre_ratio;
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 100 || isNaN(data12)){
const err24 = {instancePath:instancePath+"/genre_ratio",schemaPath:"#/properties/genre_ratio/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(data12 < 0 || isNaN(data12)){
const err25 = {instancePath:instancePath+"/genre_ratio",schemaPath:"#/properties/genre_ratio/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/genre_ratio",schemaPath:"#/properties/genre_ratio/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data.genre_choice !== undefined){
let data13 = data.genre_choice;
if(!((data13 === "sample") || (data13 === "upstream"))){
const err27 = {instancePath:instancePath+"/genre_choice",schemaPath:"#/properties/genre_choice/enum",keyword:"enum",params:{allowedValues: schema11.properties.genre_choice.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.language !== undefined){
let data14 = data.language;
if(typeof data14 === "string"){
if(func3(data14) < 1){
const err28 = {instancePath:instancePath+"/language",schemaPath:"#/properties/language/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/language",schemaPath:"#/properties/language/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data.missing_lyrics !== undefined){
let data15 = data.missing_lyrics;
if(!((data15 === "instrumental") || (data15 === "fail"))){
const err30 = {instancePath:instancePath+"/missing_lyrics",schemaPath:"#/properties/missing_lyrics/enum",keyword:"enum",params:{allowedValues: schema11.properties.missing_lyrics.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data.duplicates !== undefined){
let data16 = data.duplicates;
if(!(((data16 === "warn") || (data16 === "skip")) || (data16 === "fail"))){
const err31 = {instancePath:instancePath+"/duplicates",schemaPath:"#/properties/duplicates/enum",keyword:"enum",params:{allowedValues: schema11.properties.duplicates.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data.min_duration !== undefined){
let data17 = data.min_duration;
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 < 0 || isNaN(data17)){
const err32 = {instancePath:instancePath+"/min_duration",schemaPath:"#/properties/min_duration/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/min_duration",schemaPath:"#/properties/min_duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data.seed !== undefined){
let data18 = data.seed;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
const err34 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 9007199254740991 || isNaN(data18)){
const err35 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data18 < 0 || isNaN(data18)){
const err36 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
if(data.on_error !== undefined){
let data19 = data.on_error;
if(!((data19 === "fail") || (data19 === "skip"))){
const err37 = {instancePath:instancePath+"/on_error",schemaPath:"#/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
else {
const err38 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.join': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "datasets"
 ],
 "properties": {
  "datasets": {
   "type": [
    "string",
    "array"
   ],
   "minLength": 1,
   "minItems": 1,
   "x-stage": [
    "dataset",
    "join",
    "analyze",
    "caption"
   ],
   "items": {
    "type": [
     "string",
     "object"
    ],
    "minLength": 1,
    "x-stage": [
     "dataset",
     "join",
     "analyze",
     "caption"
    ],
    "additionalProperties": false,
    "required": [
     "from"
    ],
    "properties": {
     "from": {
      "type": "string",
      "minLength": 1,
      "x-stage": [
       "dataset",
       "join",
       "analyze",
       "caption"
      ]
     },
     "repeats": {
      "type": "integer",
      "minimum": 1,
      "maximum": 100000
     },
     "share": {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1000000
     }
    }
   }
  }
 },
 "$id": "stage.join"
};
const func2 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.join" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.datasets === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "datasets"},message:"must have required property '"+"datasets"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(key0 === "datasets")){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.datasets !== undefined){
let data0 = data.datasets;
if((typeof data0 !== "string") && (!(Array.isArray(data0)))){
const err2 = {instancePath:instancePath+"/datasets",schemaPath:"#/properties/datasets/type",keyword:"type",params:{type: schema11.properties.datasets.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(typeof data0 === "string"){
if(func2(data0) < 1){
const err3 = {instancePath:instancePath+"/datasets",schemaPath:"#/properties/datasets/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(Array.isArray(data0)){
if(data0.length < 1){
const err4 = {instancePath:instancePath+"/datasets",schemaPath:"#/properties/datasets/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
let data1 = data0[i0];
if((typeof data1 !== "string") && (!(data1 && typeof data1 == "object" && !Array.isArray(data1)))){
const err5 = {instancePath:instancePath+"/datasets/" + i0,schemaPath:"#/properties/datasets/items/type",keyword:"type",params:{type: schema11.properties.datasets.items.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(typeof data1 === "string"){
if(func2(data1) < 1){
const err6 = {instancePath:instancePath+"/datasets/" + i0,schemaPath:"#/properties/datasets/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.from === undefined){
const err7 = {instancePath:instancePath+"/datasets/" + i0,schemaPath:"#/properties/datasets/items/required",keyword:"required",params:{missingProperty: "from"},message:"must have required property '"+"from"+"'"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
for(const key1 in data1){
if(!(((key1 === "from") || (key1 === "repeats")) || (key1 === "share"))){
const err8 = {instancePath:instancePath+"/datasets/" + i0,schemaPath:"#/properties/datasets/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data1.from !== undefined){
let data2 = data1.from;
if(typeof data2 === "string"){
if(func2(data2) < 1){
const err9 = {instancePath:instancePath+"/datasets/" + i0+"/from",schemaPath:"#/properties/datasets/items/properties/from/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/datasets/" + i0+"/from",schemaPath:"#/properties/datasets/items/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data1.repeats !== undefined){
let data3 = data1.repeats;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err11 = {instancePath:instancePath+"/datasets/" + i0+"/repeats",schemaPath:"#/properties/datasets/items/properties/repeats/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 100000 || isNaN(data3)){
const err12 = {instancePath:instancePath+"/datasets/" + i0+"/repeats",schemaPath:"#/properties/datasets/items/properties/repeats/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err13 = {instancePath:instancePath+"/datasets/" + i0+"/repeats",schemaPath:"#/properties/datasets/items/properties/repeats/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
if(data1.share !== undefined){
let data4 = data1.share;
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 1000000 || isNaN(data4)){
const err14 = {instancePath:instancePath+"/datasets/" + i0+"/share",schemaPath:"#/properties/datasets/items/properties/share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data4 <= 0 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/datasets/" + i0+"/share",schemaPath:"#/properties/datasets/items/properties/share/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/datasets/" + i0+"/share",schemaPath:"#/properties/datasets/items/properties/share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
}
}
}
}
else {
const err17 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.caption': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "dataset",
  "base_url",
  "model"
 ],
 "properties": {
  "dataset": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "dataset",
    "join",
    "analyze",
    "caption"
   ]
  },
  "base_url": {
   "type": "string",
   "x-form": "an address that begins with http:// or https://",
   "pattern": "^https?://"
  },
  "model": {
   "type": "string",
   "minLength": 1
  },
  "api_key_env": {
   "type": "string",
   "x-form": "the name of an environment variable",
   "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
  },
  "merge": {
   "enum": [
    "fill_missing",
    "overwrite_caption",
    "overwrite_all"
   ]
  },
  "send": {
   "enum": [
    "audio",
    "metadata",
    "audio_and_metadata"
   ]
  },
  "audio_seconds": {
   "type": "number",
   "minimum": 1,
   "maximum": 1200
  },
  "prompt": {
   "type": "string",
   "minLength": 1
  },
  "lyrics": {
   "enum": [
    "leave",
    "ask"
   ]
  },
  "lyrics_prompt": {
   "type": "string",
   "minLength": 1
  },
  "temperature": {
   "type": "number",
   "minimum": 0,
   "maximum": 2
  },
  "max_tokens": {
   "type": "integer",
   "minimum": 1,
   "maximum": 1000000
  },
  "requests_at_once": {
   "type": "integer",
   "minimum": 1,
   "maximum": 64
  },
  "request_timeout": {
   "type": "number",
   "exclusiveMinimum": 0,
   "maximum": 290
  },
  "request_retries": {
   "type": "integer",
   "minimum": 0,
   "maximum": 20
  },
  "write_sidecars": {
   "enum": [
    "never",
    "missing",
    "overwrite"
   ]
  },
  "on_error": {
   "enum": [
    "fail",
    "skip"
   ]
  }
 },
 "$id": "stage.caption"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^https?://", "u");
const pattern1 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.caption" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.dataset === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "dataset"},message:"must have required property '"+"dataset"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.base_url === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "base_url"},message:"must have required property '"+"base_url"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.model === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"},message:"must have required property '"+"model"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.dataset !== undefined){
let data0 = data.dataset;
if(typeof data0 === "string"){
if(func3(data0) < 1){
const err4 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.base_url !== undefined){
let data1 = data.base_url;
if(typeof data1 === "string"){
if(!pattern0.test(data1)){
const err6 = {instancePath:instancePath+"/base_url",schemaPath:"#/properties/base_url/pattern",keyword:"pattern",params:{pattern: "^https?://"},message:"must match pattern \""+"^https?://"+"\""};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/base_url",schemaPath:"#/properties/base_url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.model !== undefined){
let data2 = data.model;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err8 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.api_key_env !== undefined){
let data3 = data.api_key_env;
if(typeof data3 === "string"){
if(!pattern1.test(data3)){
const err10 = {instancePath:instancePath+"/api_key_env",schemaPath:"#/properties/api_key_env/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\""};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/api_key_env",schemaPath:"#/properties/api_key_env/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.merge !== undefined){
let data4 = data.merge;
if(!(((data4 === "fill_missing") || (data4 === "overwrite_caption")) || (data4 === "overwrite_all"))){
const err12 = {instancePath:instancePath+"/merge",schemaPath:"#/properties/merge/enum",keyword:"enum",params:{allowedValues: schema11.properties.merge.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.send !== undefined){
let data5 = data.send;
if(!(((data5 === "audio") || (data5 === "metadata")) || (data5 === "audio_and_metadata"))){
const err13 = {instancePath:instancePath+"/send",schemaPath:"#/properties/send/enum",keyword:"enum",params:{allowedValues: schema11.properties.send.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.audio_seconds !== undefined){
let data6 = data.audio_seconds;
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 1200 || isNaN(data6)){
const err14 = {instancePath:instancePath+"/audio_seconds",schemaPath:"#/properties/audio_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1200},message:"must be <= 1200"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err15 = {instancePath:instancePath+"/audio_seconds",schemaPath:"#/properties/audio_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/audio_seconds",schemaPath:"#/properties/audio_seconds/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.prompt !== undefined){
let data7 = data.prompt;
if(typeof data7 === "string"){
if(func3(data7) < 1){
const err17 = {instancePath:instancePath+"/prompt",schemaPath:"#/properties/prompt/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/prompt",schemaPath:"#/properties/prompt/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.lyrics !== undefined){
let data8 = data.lyrics;
if(!((data8 === "leave") || (data8 === "ask"))){
const err19 = {instancePath:instancePath+"/lyrics",schemaPath:"#/properties/lyrics/enum",keyword:"enum",params:{allowedValues: schema11.properties.lyrics.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.lyrics_prompt !== undefined){
let data9 = data.lyrics_prompt;
if(typeof data9 === "string"){
if(func3(data9) < 1){
const err20 = {instancePath:instancePath+"/lyrics_prompt",schemaPath:"#/properties/lyrics_prompt/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/lyrics_prompt",schemaPath:"#/properties/lyrics_prompt/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.temperature !== undefined){
let data10 = data.temperature;
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 2 || isNaN(data10)){
const err22 = {instancePath:instancePath+"/temperature",schemaPath:"#/properties/temperature/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2},message:"must be <= 2"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data10 < 0 || isNaN(data10)){
const err23 = {instancePath:instancePath+"/temperature",schemaPath:"#/properties/temperature/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/temperature",schemaPath:"#/properties/temperature/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data.max_tokens !== undefined){
let data11 = data.max_tokens;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err25 = {instancePath:instancePath+"/max_tokens",schemaPath:"#/properties/max_tokens/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 1000000 || isNaN(data11)){
const err26 = {instancePath:instancePath+"/max_tokens",schemaPath:"#/properties/max_tokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data11 < 1 || isNaN(data11)){
const err27 = {instancePath:instancePath+"/max_tokens",schemaPath:"#/properties/max_tokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
if(data.requests_at_once !== undefined){
let data12 = data.requests_at_once;
if(!(((typeof data12 == "number") && (!(data12 % 1) && !isNaN(data12))) && (isFinite(data12)))){
const err28 = {instancePath:instancePath+"/requests_at_once",schemaPath:"#/properties/requests_at_once/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 64 || isNaN(data12)){
const err29 = {instancePath:instancePath+"/requests_at_once",schemaPath:"#/properties/requests_at_once/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data12 < 1 || isNaN(data12)){
const err30 = {instancePath:instancePath+"/requests_at_once",schemaPath:"#/properties/requests_at_once/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
if(data.request_timeout !== undefined){
let data13 = data.request_timeout;
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 290 || isNaN(data13)){
const err31 = {instancePath:instancePath+"/request_timeout",schemaPath:"#/properties/request_timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 290},message:"must be <= 290"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(data13 <= 0 || isNaN(data13)){
const err32 = {instancePath:instancePath+"/request_timeout",schemaPath:"#/properties/request_timeout/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/request_timeout",schemaPath:"#/properties/request_timeout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data.request_retries !== undefined){
let data14 = data.request_retries;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err34 = {instancePath:instancePath+"/request_retries",schemaPath:"#/properties/request_retries/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 20 || isNaN(data14)){
const err35 = {instancePath:instancePath+"/request_retries",schemaPath:"#/properties/request_retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 20},message:"must be <= 20"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data14 < 0 || isNaN(data14)){
const err36 = {instancePath:instancePath+"/request_retries",schemaPath:"#/properties/request_retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
if(data.write_sidecars !== undefined){
let data15 = data.write_sidecars;
if(!(((data15 === "never") || (data15 === "missing")) || (data15 === "overwrite"))){
const err37 = {instancePath:instancePath+"/write_sidecars",schemaPath:"#/properties/write_sidecars/enum",keyword:"enum",params:{allowedValues: schema11.properties.write_sidecars.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data.on_error !== undefined){
let data16 = data.on_error;
if(!((data16 === "fail") || (data16 === "skip"))){
const err38 = {instancePath:instancePath+"/on_error",schemaPath:"#/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
else {
const err39 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.analyze': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "dataset"
 ],
 "properties": {
  "dataset": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "dataset",
    "join",
    "analyze",
    "caption"
   ]
  },
  "fields": {
   "type": "array",
   "items": {
    "enum": [
     "bpm",
     "keyscale",
     "timesignature"
    ]
   },
   "minItems": 1,
   "uniqueItems": true
  },
  "merge": {
   "enum": [
    "fill_missing",
    "overwrite_bpm",
    "overwrite_keyscale",
    "overwrite_timesignature",
    "overwrite_all"
   ]
  },
  "min_confidence": {
   "type": "number",
   "minimum": 0,
   "maximum": 1
  },
  "write_sidecars": {
   "enum": [
    "never",
    "missing",
    "overwrite"
   ]
  },
  "on_error": {
   "enum": [
    "fail",
    "skip"
   ]
  }
 },
 "$id": "stage.analyze"
};
const func2 = require("ajv/dist/runtime/ucs2length").default;
const func0 = require("ajv/dist/runtime/equal").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.analyze" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.dataset === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "dataset"},message:"must have required property '"+"dataset"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((((((key0 === "dataset") || (key0 === "fields")) || (key0 === "merge")) || (key0 === "min_confidence")) || (key0 === "write_sidecars")) || (key0 === "on_error"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.dataset !== undefined){
let data0 = data.dataset;
if(typeof data0 === "string"){
if(func2(data0) < 1){
const err2 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.fields !== undefined){
let data1 = data.fields;
if(Array.isArray(data1)){
if(data1.length < 1){
const err4 = {instancePath:instancePath+"/fields",schemaPath:"#/properties/fields/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(!(((data2 === "bpm") || (data2 === "keyscale")) || (data2 === "timesignature"))){
const err5 = {instancePath:instancePath+"/fields/" + i0,schemaPath:"#/properties/fields/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.fields.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
let i1 = data1.length;
let j0;
if(i1 > 1){
outer0:
for(;i1--;){
for(j0 = i1; j0--;){
if(func0(data1[i1], data1[j0])){
const err6 = {instancePath:instancePath+"/fields",schemaPath:"#/properties/fields/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err7 = {instancePath:instancePath+"/fields",schemaPath:"#/properties/fields/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.merge !== undefined){
let data3 = data.merge;
if(!(((((data3 === "fill_missing") || (data3 === "overwrite_bpm")) || (data3 === "overwrite_keyscale")) || (data3 === "overwrite_timesignature")) || (data3 === "overwrite_all"))){
const err8 = {instancePath:instancePath+"/merge",schemaPath:"#/properties/merge/enum",keyword:"enum",params:{allowedValues: schema11.properties.merge.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.min_confidence !== undefined){
let data4 = data.min_confidence;
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 1 || isNaN(data4)){
const err9 = {instancePath:instancePath+"/min_confidence",schemaPath:"#/properties/min_confidence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data4 < 0 || isNaN(data4)){
const err10 = {instancePath:instancePath+"/min_confidence",schemaPath:"#/properties/min_confidence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/min_confidence",schemaPath:"#/properties/min_confidence/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.write_sidecars !== undefined){
let data5 = data.write_sidecars;
if(!(((data5 === "never") || (data5 === "missing")) || (data5 === "overwrite"))){
const err12 = {instancePath:instancePath+"/write_sidecars",schemaPath:"#/properties/write_sidecars/enum",keyword:"enum",params:{allowedValues: schema11.properties.write_sidecars.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.on_error !== undefined){
let data6 = data.on_error;
if(!((data6 === "fail") || (data6 === "skip"))){
const err13 = {instancePath:instancePath+"/on_error",schemaPath:"#/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.preprocess.pass1': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "model",
  "dataset"
 ],
 "properties": {
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "dataset": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "dataset",
    "join",
    "analyze",
    "caption"
   ]
  },
  "max_duration": {
   "type": "number",
   "minimum": 0
  },
  "normalize": {
   "enum": [
    "none",
    "peak",
    "loudness"
   ]
  },
  "peak_target": {
   "type": "number",
   "minimum": -60,
   "maximum": 0
  },
  "loudness_target": {
   "type": "number",
   "minimum": -70,
   "maximum": 0
  },
  "resampler": {
   "enum": [
    "soxr_hq",
    "sinc_hann"
   ]
  },
  "latents": {
   "enum": [
    "sample",
    "mean"
   ]
  },
  "tile_duration": {
   "type": "number",
   "minimum": 0
  },
  "tile_overlap": {
   "type": "number",
   "minimum": 0
  },
  "conditioning": {
   "enum": [
    "inference",
    "upstream"
   ]
  },
  "max_text_tokens": {
   "type": "integer",
   "minimum": 1,
   "maximum": 32768
  },
  "max_lyric_tokens": {
   "type": "integer",
   "minimum": 1,
   "maximum": 32768
  },
  "precision": {
   "enum": [
    "auto",
    "f32",
    "bf16",
    "f16"
   ]
  },
  "seed": {
   "type": "integer",
   "minimum": 0,
   "maximum": 9007199254740991
  },
  "on_error": {
   "enum": [
    "fail",
    "skip"
   ]
  }
 },
 "$id": "stage.preprocess.pass1"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.preprocess.pass1" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"},message:"must have required property '"+"model"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.dataset === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "dataset"},message:"must have required property '"+"dataset"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.model !== undefined){
let data0 = data.model;
if(typeof data0 === "string"){
if(func3(data0) < 1){
const err3 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.dataset !== undefined){
let data1 = data.dataset;
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err5 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.max_duration !== undefined){
let data2 = data.max_duration;
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 < 0 || isNaN(data2)){
const err7 = {instancePath:instancePath+"/max_duration",schemaPath:"#/properties/max_duration/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/max_duration",schemaPath:"#/properties/max_duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.normalize !== undefined){
let data3 = data.normalize;
if(!(((data3 === "none") || (data3 === "peak")) || (data3 === "loudness"))){
const err9 = {instancePath:instancePath+"/normalize",schemaPath:"#/properties/normalize/enum",keyword:"enum",params:{allowedValues: schema11.properties.normalize.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.peak_target !== undefined){
let data4 = data.peak_target;
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 0 || isNaN(data4)){
const err10 = {instancePath:instancePath+"/peak_target",schemaPath:"#/properties/peak_target/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0},message:"must be <= 0"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data4 < -60 || isNaN(data4)){
const err11 = {instancePath:instancePath+"/peak_target",schemaPath:"#/properties/peak_target/minimum",keyword:"minimum",params:{comparison: ">=", limit: -60},message:"must be >= -60"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/peak_target",schemaPath:"#/properties/peak_target/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.loudness_target !== undefined){
let data5 = data.loudness_target;
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 0 || isNaN(data5)){
const err13 = {instancePath:instancePath+"/loudness_target",schemaPath:"#/properties/loudness_target/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0},message:"must be <= 0"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5 < -70 || isNaN(data5)){
const err14 = {instancePath:instancePath+"/loudness_target",schemaPath:"#/properties/loudness_target/minimum",keyword:"minimum",params:{comparison: ">=", limit: -70},message:"must be >= -70"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/loudness_target",schemaPath:"#/properties/loudness_target/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.resampler !== undefined){
let data6 = data.resampler;
if(!((data6 === "soxr_hq") || (data6 === "sinc_hann"))){
const err16 = {instancePath:instancePath+"/resampler",schemaPath:"#/properties/resampler/enum",keyword:"enum",params:{allowedValues: schema11.properties.resampler.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.latents !== undefined){
let data7 = data.latents;
if(!((data7 === "sample") || (data7 === "mean"))){
const err17 = {instancePath:instancePath+"/latents",schemaPath:"#/properties/latents/enum",keyword:"enum",params:{allowedValues: schema11.properties.latents.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.tile_duration !== undefined){
let data8 = data.tile_duration;
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 < 0 || isNaN(data8)){
const err18 = {instancePath:instancePath+"/tile_duration",schemaPath:"#/properties/tile_duration/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/tile_duration",schemaPath:"#/properties/tile_duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.tile_overlap !== undefined){
let data9 = data.tile_overlap;
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 < 0 || isNaN(data9)){
const err20 = {instancePath:instancePath+"/tile_overlap",schemaPath:"#/properties/tile_overlap/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/tile_overlap",schemaPath:"#/properties/tile_overlap/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.conditioning !== undefined){
let data10 = data.conditioning;
if(!((data10 === "inference") || (data10 === "upstream"))){
const err22 = {instancePath:instancePath+"/conditioning",schemaPath:"#/properties/conditioning/enum",keyword:"enum",params:{allowedValues: schema11.properties.conditioning.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.max_text_tokens !== undefined){
let data11 = data.max_text_tokens;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err23 = {instancePath:instancePath+"/max_text_tokens",schemaPath:"#/properties/max_text_tokens/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 32768 || isNaN(data11)){
const err24 = {instancePath:instancePath+"/max_text_tokens",schemaPath:"#/properties/max_text_tokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 32768},message:"must be <= 32768"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(data11 < 1 || isNaN(data11)){
const err25 = {instancePath:instancePath+"/max_text_tokens",schemaPath:"#/properties/max_text_tokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
if(data.max_lyric_tokens !== undefined){
let data12 = data.max_lyric_tokens;
if(!(((typeof data12 == "number") && (!(data12 % 1) && !isNaN(data12))) && (isFinite(data12)))){
const err26 = {instancePath:instancePath+"/max_lyric_tokens",schemaPath:"#/properties/max_lyric_tokens/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 32768 || isNaN(data12)){
const err27 = {instancePath:instancePath+"/max_lyric_tokens",schemaPath:"#/properties/max_lyric_tokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 32768},message:"must be <= 32768"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data12 < 1 || isNaN(data12)){
const err28 = {instancePath:instancePath+"/max_lyric_tokens",schemaPath:"#/properties/max_lyric_tokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
if(data.precision !== undefined){
let data13 = data.precision;
if(!((((data13 === "auto") || (data13 === "f32")) || (data13 === "bf16")) || (data13 === "f16"))){
const err29 = {instancePath:instancePath+"/precision",schemaPath:"#/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data.seed !== undefined){
let data14 = data.seed;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err30 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 9007199254740991 || isNaN(data14)){
const err31 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(data14 < 0 || isNaN(data14)){
const err32 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
if(data.on_error !== undefined){
let data15 = data.on_error;
if(!((data15 === "fail") || (data15 === "skip"))){
const err33 = {instancePath:instancePath+"/on_error",schemaPath:"#/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.preprocess.pass2': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "model",
  "latents"
 ],
 "properties": {
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "latents": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "preprocess.pass1"
   ]
  },
  "conditioning": {
   "enum": [
    "inference",
    "upstream"
   ]
  },
  "output_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "output"
  },
  "precision": {
   "enum": [
    "auto",
    "f32",
    "bf16",
    "f16"
   ]
  },
  "on_error": {
   "enum": [
    "fail",
    "skip"
   ]
  }
 },
 "$id": "stage.preprocess.pass2"
};
const func2 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.preprocess.pass2" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"},message:"must have required property '"+"model"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.latents === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "latents"},message:"must have required property '"+"latents"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((((key0 === "model") || (key0 === "latents")) || (key0 === "conditioning")) || (key0 === "output_dir")) || (key0 === "precision")) || (key0 === "on_error"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.model !== undefined){
let data0 = data.model;
if(typeof data0 === "string"){
if(func2(data0) < 1){
const err3 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.latents !== undefined){
let data1 = data.latents;
if(typeof data1 === "string"){
if(func2(data1) < 1){
const err5 = {instancePath:instancePath+"/latents",schemaPath:"#/properties/latents/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/latents",schemaPath:"#/properties/latents/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.conditioning !== undefined){
let data2 = data.conditioning;
if(!((data2 === "inference") || (data2 === "upstream"))){
const err7 = {instancePath:instancePath+"/conditioning",schemaPath:"#/properties/conditioning/enum",keyword:"enum",params:{allowedValues: schema11.properties.conditioning.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.output_dir !== undefined){
let data3 = data.output_dir;
if(typeof data3 === "string"){
if(func2(data3) < 1){
const err8 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.precision !== undefined){
let data4 = data.precision;
if(!((((data4 === "auto") || (data4 === "f32")) || (data4 === "bf16")) || (data4 === "f16"))){
const err10 = {instancePath:instancePath+"/precision",schemaPath:"#/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.on_error !== undefined){
let data5 = data.on_error;
if(!((data5 === "fail") || (data5 === "skip"))){
const err11 = {instancePath:instancePath+"/on_error",schemaPath:"#/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.pack': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "model",
  "tensors"
 ],
 "properties": {
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "tensors": {
   "type": [
    "string",
    "array"
   ],
   "minLength": 1,
   "minItems": 1,
   "x-stage": [
    "preprocess.pass2",
    "command"
   ],
   "x-path": "folder",
   "items": {
    "type": [
     "string",
     "object"
    ],
    "minLength": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "additionalProperties": false,
    "required": [
     "from"
    ],
    "properties": {
     "from": {
      "type": "string",
      "minLength": 1,
      "x-stage": [
       "preprocess.pass2",
       "command"
      ],
      "x-path": "folder"
     },
     "repeats": {
      "type": "integer",
      "minimum": 1,
      "maximum": 100000
     },
     "share": {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1000000
     }
    }
   }
  },
  "dataset": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "dataset",
    "join",
    "analyze",
    "caption"
   ]
  },
  "output_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "output"
  }
 },
 "$id": "stage.pack"
};
const func2 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.pack" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"},message:"must have required property '"+"model"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.tensors === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "tensors"},message:"must have required property '"+"tensors"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "model") || (key0 === "tensors")) || (key0 === "dataset")) || (key0 === "output_dir"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.model !== undefined){
let data0 = data.model;
if(typeof data0 === "string"){
if(func2(data0) < 1){
const err3 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.tensors !== undefined){
let data1 = data.tensors;
if((typeof data1 !== "string") && (!(Array.isArray(data1)))){
const err5 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/type",keyword:"type",params:{type: schema11.properties.tensors.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(typeof data1 === "string"){
if(func2(data1) < 1){
const err6 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(Array.isArray(data1)){
if(data1.length < 1){
const err7 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if((typeof data2 !== "string") && (!(data2 && typeof data2 == "object" && !Array.isArray(data2)))){
const err8 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/type",keyword:"type",params:{type: schema11.properties.tensors.items.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(typeof data2 === "string"){
if(func2(data2) < 1){
const err9 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.from === undefined){
const err10 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/required",keyword:"required",params:{missingProperty: "from"},message:"must have required property '"+"from"+"'"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 in data2){
if(!(((key1 === "from") || (key1 === "repeats")) || (key1 === "share"))){
const err11 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.from !== undefined){
let data3 = data2.from;
if(typeof data3 === "string"){
if(func2(data3) < 1){
const err12 = {instancePath:instancePath+"/tensors/" + i0+"/from",schemaPath:"#/properties/tensors/items/properties/from/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/tensors/" + i0+"/from",schemaPath:"#/properties/tensors/items/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.repeats !== undefined){
let data4 = data2.repeats;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 100000 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err16 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data2.share !== undefined){
let data5 = data2.share;
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000000 || isNaN(data5)){
const err17 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data5 <= 0 || isNaN(data5)){
const err18 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
}
}
if(data.dataset !== undefined){
let data6 = data.dataset;
if(typeof data6 === "string"){
if(func2(data6) < 1){
const err20 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.output_dir !== undefined){
let data7 = data.output_dir;
if(typeof data7 === "string"){
if(func2(data7) < 1){
const err22 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.estimate': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "model",
  "tensors"
 ],
 "properties": {
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "tensors": {
   "type": [
    "string",
    "array"
   ],
   "minLength": 1,
   "minItems": 1,
   "x-stage": [
    "preprocess.pass2",
    "command"
   ],
   "x-path": "folder",
   "items": {
    "type": [
     "string",
     "object"
    ],
    "minLength": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "additionalProperties": false,
    "required": [
     "from"
    ],
    "properties": {
     "from": {
      "type": "string",
      "minLength": 1,
      "x-stage": [
       "preprocess.pass2",
       "command"
      ],
      "x-path": "folder"
     },
     "repeats": {
      "type": "integer",
      "minimum": 1,
      "maximum": 100000
     },
     "share": {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1000000
     }
    }
   }
  },
  "method": {
   "enum": [
    "gradient",
    "fisher"
   ]
  },
  "granularity": {
   "enum": [
    "module",
    "layer"
   ]
  },
  "attention_type": {
   "enum": [
    "both",
    "self",
    "cross"
   ]
  },
  "target_modules": {
   "type": "array",
   "minItems": 1,
   "uniqueItems": true,
   "items": {
    "type": "string",
    "minLength": 1
   }
  },
  "target_mlp": {
   "type": "boolean"
  },
  "batches": {
   "type": "integer",
   "minimum": 1,
   "maximum": 1000000
  },
  "batch_size": {
   "type": "integer",
   "minimum": 1,
   "maximum": 4096
  },
  "top_k": {
   "type": "integer",
   "minimum": 1,
   "maximum": 100000
  },
  "cfg_dropout": {
   "type": "number",
   "minimum": 0,
   "maximum": 1
  },
  "timestep_range": {
   "type": "array",
   "minItems": 2,
   "maxItems": 2,
   "items": {
    "type": "number",
    "minimum": 0,
    "maximum": 1
   }
  },
  "fisher": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "runs": {
     "type": "integer",
     "minimum": 1,
     "maximum": 100
    },
    "convergence_patience": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    },
    "out_of_memory": {
     "enum": [
      "fail",
      "skip"
     ]
    },
    "base_rank": {
     "type": "integer",
     "minimum": 1,
     "maximum": 65536
    },
    "min_rank": {
     "type": "integer",
     "minimum": 1,
     "maximum": 65536
    },
    "max_rank": {
     "type": "integer",
     "minimum": 1,
     "maximum": 65536
    },
    "rank_multiple": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1024
    },
    "energy": {
     "type": "number",
     "exclusiveMinimum": 0,
     "maximum": 1
    },
    "select_share": {
     "type": "number",
     "exclusiveMinimum": 0,
     "maximum": 1
    },
    "min_category_share": {
     "type": "number",
     "minimum": 0,
     "maximum": 1
    }
   }
  },
  "precision": {
   "enum": [
    "auto",
    "f32",
    "bf16",
    "f16"
   ]
  },
  "seed": {
   "type": "integer",
   "minimum": 0,
   "maximum": 9007199254740991
  }
 },
 "$id": "stage.estimate"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.estimate" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"},message:"must have required property '"+"model"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.tensors === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "tensors"},message:"must have required property '"+"tensors"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.model !== undefined){
let data0 = data.model;
if(typeof data0 === "string"){
if(func3(data0) < 1){
const err3 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.tensors !== undefined){
let data1 = data.tensors;
if((typeof data1 !== "string") && (!(Array.isArray(data1)))){
const err5 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/type",keyword:"type",params:{type: schema11.properties.tensors.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err6 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(Array.isArray(data1)){
if(data1.length < 1){
const err7 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if((typeof data2 !== "string") && (!(data2 && typeof data2 == "object" && !Array.isArray(data2)))){
const err8 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/type",keyword:"type",params:{type: schema11.properties.tensors.items.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err9 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.from === undefined){
const err10 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/required",keyword:"required",params:{missingProperty: "from"},message:"must have required property '"+"from"+"'"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 in data2){
if(!(((key1 === "from") || (key1 === "repeats")) || (key1 === "share"))){
const err11 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.from !== undefined){
let data3 = data2.from;
if(typeof data3 === "string"){
if(func3(data3) < 1){
const err12 = {instancePath:instancePath+"/tensors/" + i0+"/from",schemaPath:"#/properties/tensors/items/properties/from/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/tensors/" + i0+"/from",schemaPath:"#/properties/tensors/items/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.repeats !== undefined){
let data4 = data2.repeats;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 100000 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err16 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data2.share !== undefined){
let data5 = data2.share;
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000000 || isNaN(data5)){
const err17 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data5 <= 0 || isNaN(data5)){
const err18 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
}
}
if(data.method !== undefined){
let data6 = data.method;
if(!((data6 === "gradient") || (data6 === "fisher"))){
const err20 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/enum",keyword:"enum",params:{allowedValues: schema11.properties.method.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.granularity !== undefined){
let data7 = data.granularity;
if(!((data7 === "module") || (data7 === "layer"))){
const err21 = {instancePath:instancePath+"/granularity",schemaPath:"#/properties/granularity/enum",keyword:"enum",params:{allowedValues: schema11.properties.granularity.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.attention_type !== undefined){
let data8 = data.attention_type;
if(!(((data8 === "both") || (data8 === "self")) || (data8 === "cross"))){
const err22 = {instancePath:instancePath+"/attention_type",schemaPath:"#/properties/attention_type/enum",keyword:"enum",params:{allowedValues: schema11.properties.attention_type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.target_modules !== undefined){
let data9 = data.target_modules;
if(Array.isArray(data9)){
if(data9.length < 1){
const err23 = {instancePath:instancePath+"/target_modules",schemaPath:"#/properties/target_modules/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
const len1 = data9.length;
for(let i1=0; i1<len1; i1++){
let data10 = data9[i1];
if(typeof data10 === "string"){
if(func3(data10) < 1){
const err24 = {instancePath:instancePath+"/target_modules/" + i1,schemaPath:"#/properties/target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/target_modules/" + i1,schemaPath:"#/properties/target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
let i2 = data9.length;
let j0;
if(i2 > 1){
const indices0 = {};
for(;i2--;){
let item0 = data9[i2];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err26 = {instancePath:instancePath+"/target_modules",schemaPath:"#/properties/target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i2, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i2+" are identical)"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
break;
}
indices0[item0] = i2;
}
}
}
else {
const err27 = {instancePath:instancePath+"/target_modules",schemaPath:"#/properties/target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.target_mlp !== undefined){
if(typeof data.target_mlp !== "boolean"){
const err28 = {instancePath:instancePath+"/target_mlp",schemaPath:"#/properties/target_mlp/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data.batches !== undefined){
let data12 = data.batches;
if(!(((typeof data12 == "number") && (!(data12 % 1) && !isNaN(data12))) && (isFinite(data12)))){
const err29 = {instancePath:instancePath+"/batches",schemaPath:"#/properties/batches/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 1000000 || isNaN(data12)){
const err30 = {instancePath:instancePath+"/batches",schemaPath:"#/properties/batches/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data12 < 1 || isNaN(data12)){
const err31 = {instancePath:instancePath+"/batches",schemaPath:"#/properties/batches/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
if(data.batch_size !== undefined){
let data13 = data.batch_size;
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err32 = {instancePath:instancePath+"/batch_size",schemaPath:"#/properties/batch_size/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 4096 || isNaN(data13)){
const err33 = {instancePath:instancePath+"/batch_size",schemaPath:"#/properties/batch_size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(data13 < 1 || isNaN(data13)){
const err34 = {instancePath:instancePath+"/batch_size",schemaPath:"#/properties/batch_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
if(data.top_k !== undefined){
let data14 = data.top_k;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err35 = {instancePath:instancePath+"/top_k",schemaPath:"#/properties/top_k/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 100000 || isNaN(data14)){
const err36 = {instancePath:instancePath+"/top_k",schemaPath:"#/properties/top_k/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(data14 < 1 || isNaN(data14)){
const err37 = {instancePath:instancePath+"/top_k",schemaPath:"#/properties/top_k/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
if(data.cfg_dropout !== undefined){
let data15 = data.cfg_dropout;
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 > 1 || isNaN(data15)){
const err38 = {instancePath:instancePath+"/cfg_dropout",schemaPath:"#/properties/cfg_dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data15 < 0 || isNaN(data15)){
const err39 = {instancePath:instancePath+"/cfg_dropout",schemaPath:"#/properties/cfg_dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
else {
const err40 = {instancePath:instancePath+"/cfg_dropout",schemaPath:"#/properties/cfg_dropout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data.timestep_range !== undefined){
let data16 = data.timestep_range;
if(Array.isArray(data16)){
if(data16.length > 2){
const err41 = {instancePath:instancePath+"/timestep_range",schemaPath:"#/properties/timestep_range/maxItems",keyword:"maxItems",params:{limit: 2},message:"must NOT have more than 2 items"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data16.length < 2){
const err42 = {instancePath:instancePath+"/timestep_range",schemaPath:"#/properties/timestep_range/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
const len2 = data16.length;
for(let i3=0; i3<len2; i3++){
let data17 = data16[i3];
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 1 || isNaN(data17)){
const err43 = {instancePath:instancePath+"/timestep_range/" + i3,schemaPath:"#/properties/timestep_range/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data17 < 0 || isNaN(data17)){
const err44 = {instancePath:instancePath+"/timestep_range/" + i3,schemaPath:"#/properties/timestep_range/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
else {
const err45 = {instancePath:instancePath+"/timestep_range/" + i3,schemaPath:"#/properties/timestep_range/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
else {
const err46 = {instancePath:instancePath+"/timestep_range",schemaPath:"#/properties/timestep_range/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data.fisher !== undefined){
let data18 = data.fisher;
if(data18 && typeof data18 == "object" && !Array.isArray(data18)){
for(const key2 in data18){
if(!(func2.call(schema11.properties.fisher.properties, key2))){
const err47 = {instancePath:instancePath+"/fisher",schemaPath:"#/properties/fisher/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data18.runs !== undefined){
let data19 = data18.runs;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err48 = {instancePath:instancePath+"/fisher/runs",schemaPath:"#/properties/fisher/properties/runs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 100 || isNaN(data19)){
const err49 = {instancePath:instancePath+"/fisher/runs",schemaPath:"#/properties/fisher/properties/runs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data19 < 1 || isNaN(data19)){
const err50 = {instancePath:instancePath+"/fisher/runs",schemaPath:"#/properties/fisher/properties/runs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
if(data18.convergence_patience !== undefined){
let data20 = data18.convergence_patience;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err51 = {instancePath:instancePath+"/fisher/convergence_patience",schemaPath:"#/properties/fisher/properties/convergence_patience/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 1000000 || isNaN(data20)){
const err52 = {instancePath:instancePath+"/fisher/convergence_patience",schemaPath:"#/properties/fisher/properties/convergence_patience/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data20 < 0 || isNaN(data20)){
const err53 = {instancePath:instancePath+"/fisher/convergence_patience",schemaPath:"#/properties/fisher/properties/convergence_patience/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
if(data18.out_of_memory !== undefined){
let data21 = data18.out_of_memory;
if(!((data21 === "fail") || (data21 === "skip"))){
const err54 = {instancePath:instancePath+"/fisher/out_of_memory",schemaPath:"#/properties/fisher/properties/out_of_memory/enum",keyword:"enum",params:{allowedValues: schema11.properties.fisher.properties.out_of_memory.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data18.base_rank !== undefined){
let data22 = data18.base_rank;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err55 = {instancePath:instancePath+"/fisher/base_rank",schemaPath:"#/properties/fisher/properties/base_rank/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 65536 || isNaN(data22)){
const err56 = {instancePath:instancePath+"/fisher/base_rank",schemaPath:"#/properties/fisher/properties/base_rank/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(data22 < 1 || isNaN(data22)){
const err57 = {instancePath:instancePath+"/fisher/base_rank",schemaPath:"#/properties/fisher/properties/base_rank/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
if(data18.min_rank !== undefined){
let data23 = data18.min_rank;
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err58 = {instancePath:instancePath+"/fisher/min_rank",schemaPath:"#/properties/fisher/properties/min_rank/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 > 65536 || isNaN(data23)){
const err59 = {instancePath:instancePath+"/fisher/min_rank",schemaPath:"#/properties/fisher/properties/min_rank/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data23 < 1 || isNaN(data23)){
const err60 = {instancePath:instancePath+"/fisher/min_rank",schemaPath:"#/properties/fisher/properties/min_rank/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
if(data18.max_rank !== undefined){
let data24 = data18.max_rank;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err61 = {instancePath:instancePath+"/fisher/max_rank",schemaPath:"#/properties/fisher/properties/max_rank/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 65536 || isNaN(data24)){
const err62 = {instancePath:instancePath+"/fisher/max_rank",schemaPath:"#/properties/fisher/properties/max_rank/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(data24 < 1 || isNaN(data24)){
const err63 = {instancePath:instancePath+"/fisher/max_rank",schemaPath:"#/properties/fisher/properties/max_rank/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
}
if(data18.rank_multiple !== undefined){
let data25 = data18.rank_multiple;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err64 = {instancePath:instancePath+"/fisher/rank_multiple",schemaPath:"#/properties/fisher/properties/rank_multiple/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 1024 || isNaN(data25)){
const err65 = {instancePath:instancePath+"/fisher/rank_multiple",schemaPath:"#/properties/fisher/properties/rank_multiple/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1024},message:"must be <= 1024"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(data25 < 1 || isNaN(data25)){
const err66 = {instancePath:instancePath+"/fisher/rank_multiple",schemaPath:"#/properties/fisher/properties/rank_multiple/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
}
if(data18.energy !== undefined){
let data26 = data18.energy;
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 1 || isNaN(data26)){
const err67 = {instancePath:instancePath+"/fisher/energy",schemaPath:"#/properties/fisher/properties/energy/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(data26 <= 0 || isNaN(data26)){
const err68 = {instancePath:instancePath+"/fisher/energy",schemaPath:"#/properties/fisher/properties/energy/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
else {
const err69 = {instancePath:instancePath+"/fisher/energy",schemaPath:"#/properties/fisher/properties/energy/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data18.select_share !== undefined){
let data27 = data18.select_share;
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 1 || isNaN(data27)){
const err70 = {instancePath:instancePath+"/fisher/select_share",schemaPath:"#/properties/fisher/properties/select_share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data27 <= 0 || isNaN(data27)){
const err71 = {instancePath:instancePath+"/fisher/select_share",schemaPath:"#/properties/fisher/properties/select_share/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
else {
const err72 = {instancePath:instancePath+"/fisher/select_share",schemaPath:"#/properties/fisher/properties/select_share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data18.min_category_share !== undefined){
let data28 = data18.min_category_share;
if((typeof data28 == "number") && (isFinite(data28))){
if(data28 > 1 || isNaN(data28)){
const err73 = {instancePath:instancePath+"/fisher/min_category_share",schemaPath:"#/properties/fisher/properties/min_category_share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if(data28 < 0 || isNaN(data28)){
const err74 = {instancePath:instancePath+"/fisher/min_category_share",schemaPath:"#/properties/fisher/properties/min_category_share/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
else {
const err75 = {instancePath:instancePath+"/fisher/min_category_share",schemaPath:"#/properties/fisher/properties/min_category_share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
}
else {
const err76 = {instancePath:instancePath+"/fisher",schemaPath:"#/properties/fisher/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data.precision !== undefined){
let data29 = data.precision;
if(!((((data29 === "auto") || (data29 === "f32")) || (data29 === "bf16")) || (data29 === "f16"))){
const err77 = {instancePath:instancePath+"/precision",schemaPath:"#/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data.seed !== undefined){
let data30 = data.seed;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err78 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if((typeof data30 == "number") && (isFinite(data30))){
if(data30 > 9007199254740991 || isNaN(data30)){
const err79 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data30 < 0 || isNaN(data30)){
const err80 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
}
else {
const err81 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.train': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "model",
  "tensors"
 ],
 "properties": {
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "tensors": {
   "type": [
    "string",
    "array"
   ],
   "minLength": 1,
   "minItems": 1,
   "x-stage": [
    "preprocess.pass2",
    "command"
   ],
   "x-path": "folder",
   "items": {
    "type": [
     "string",
     "object"
    ],
    "minLength": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "additionalProperties": false,
    "required": [
     "from"
    ],
    "properties": {
     "from": {
      "type": "string",
      "minLength": 1,
      "x-stage": [
       "preprocess.pass2",
       "command"
      ],
      "x-path": "folder"
     },
     "repeats": {
      "type": "integer",
      "minimum": 1,
      "maximum": 100000
     },
     "share": {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1000000
     }
    }
   }
  },
  "mode": {
   "enum": [
    "fixed",
    "vanilla"
   ]
  },
  "adapter": {
   "type": "object",
   "required": [
    "type"
   ],
   "discriminator": {
    "propertyName": "type"
   },
   "oneOf": [
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "lora"
      },
      "rank": {
       "type": "integer",
       "minimum": 1,
       "maximum": 65536
      },
      "alpha": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "dropout": {
       "type": "number",
       "minimum": 0,
       "exclusiveMaximum": 1
      },
      "bias": {
       "enum": [
        "none",
        "all",
        "lora_only"
       ]
      },
      "rs_lora": {
       "type": "boolean"
      },
      "target_modules": {
       "type": "array",
       "minItems": 1,
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "attention_type": {
       "enum": [
        "both",
        "self",
        "cross"
       ]
      },
      "self_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "cross_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "target_mlp": {
       "type": "boolean"
      },
      "rank_pattern": {
       "type": "object",
       "additionalProperties": {
        "type": "integer",
        "minimum": 1,
        "maximum": 65536
       }
      },
      "alpha_pattern": {
       "type": "object",
       "additionalProperties": {
        "type": "number",
        "exclusiveMinimum": 0
       }
      },
      "selection": {
       "type": "object",
       "additionalProperties": false,
       "required": [
        "estimate"
       ],
       "properties": {
        "estimate": {
         "type": "string",
         "minLength": 1,
         "x-stage": [
          "estimate",
          "command"
         ],
         "x-path": "file"
        },
        "use": {
         "enum": [
          "modules",
          "ranks"
         ]
        }
       }
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "dora"
      },
      "rank": {
       "type": "integer",
       "minimum": 1,
       "maximum": 65536
      },
      "alpha": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "dropout": {
       "type": "number",
       "minimum": 0,
       "exclusiveMaximum": 1
      },
      "bias": {
       "enum": [
        "none",
        "all",
        "lora_only"
       ]
      },
      "rs_lora": {
       "type": "boolean"
      },
      "target_modules": {
       "type": "array",
       "minItems": 1,
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "attention_type": {
       "enum": [
        "both",
        "self",
        "cross"
       ]
      },
      "self_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "cross_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "target_mlp": {
       "type": "boolean"
      },
      "rank_pattern": {
       "type": "object",
       "additionalProperties": {
        "type": "integer",
        "minimum": 1,
        "maximum": 65536
       }
      },
      "alpha_pattern": {
       "type": "object",
       "additionalProperties": {
        "type": "number",
        "exclusiveMinimum": 0
       }
      },
      "selection": {
       "type": "object",
       "additionalProperties": false,
       "required": [
        "estimate"
       ],
       "properties": {
        "estimate": {
         "type": "string",
         "minLength": 1,
         "x-stage": [
          "estimate",
          "command"
         ],
         "x-path": "file"
        },
        "use": {
         "enum": [
          "modules",
          "ranks"
         ]
        }
       }
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "lokr"
      },
      "rank": {
       "type": "integer",
       "minimum": 1,
       "maximum": 65536
      },
      "alpha": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "factor": {
       "type": "integer",
       "minimum": -1,
       "maximum": 65536,
       "not": {
        "const": 0
       }
      },
      "decompose_both": {
       "type": "boolean"
      },
      "full_matrix": {
       "type": "boolean"
      },
      "use_tucker": {
       "type": "boolean"
      },
      "use_scalar": {
       "type": "boolean"
      },
      "weight_decompose": {
       "type": "boolean"
      },
      "scope": {
       "enum": [
        "targets",
        "decoder"
       ]
      },
      "target_modules": {
       "type": "array",
       "minItems": 1,
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "attention_type": {
       "enum": [
        "both",
        "self",
        "cross"
       ]
      },
      "self_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "cross_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "target_mlp": {
       "type": "boolean"
      },
      "selection": {
       "type": "object",
       "additionalProperties": false,
       "required": [
        "estimate"
       ],
       "properties": {
        "estimate": {
         "type": "string",
         "minLength": 1,
         "x-stage": [
          "estimate",
          "command"
         ],
         "x-path": "file"
        },
        "use": {
         "enum": [
          "modules",
          "ranks"
         ]
        }
       }
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "loha"
      },
      "rank": {
       "type": "integer",
       "minimum": 1,
       "maximum": 65536
      },
      "alpha": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "use_tucker": {
       "type": "boolean"
      },
      "use_scalar": {
       "type": "boolean"
      },
      "weight_decompose": {
       "type": "boolean"
      },
      "scope": {
       "enum": [
        "targets",
        "decoder"
       ]
      },
      "target_modules": {
       "type": "array",
       "minItems": 1,
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "attention_type": {
       "enum": [
        "both",
        "self",
        "cross"
       ]
      },
      "self_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "cross_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "target_mlp": {
       "type": "boolean"
      },
      "selection": {
       "type": "object",
       "additionalProperties": false,
       "required": [
        "estimate"
       ],
       "properties": {
        "estimate": {
         "type": "string",
         "minLength": 1,
         "x-stage": [
          "estimate",
          "command"
         ],
         "x-path": "file"
        },
        "use": {
         "enum": [
          "modules",
          "ranks"
         ]
        }
       }
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "oft"
      },
      "block_size": {
       "type": "integer",
       "minimum": 2,
       "maximum": 65536
      },
      "coft": {
       "type": "boolean"
      },
      "eps": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "block_share": {
       "type": "boolean"
      },
      "cayley": {
       "enum": [
        "neumann",
        "exact"
       ]
      },
      "cayley_terms": {
       "type": "integer",
       "minimum": 1,
       "maximum": 64
      },
      "target_modules": {
       "type": "array",
       "minItems": 1,
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "attention_type": {
       "enum": [
        "both",
        "self",
        "cross"
       ]
      },
      "self_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "cross_target_modules": {
       "type": "array",
       "uniqueItems": true,
       "items": {
        "type": "string",
        "minLength": 1
       }
      },
      "target_mlp": {
       "type": "boolean"
      },
      "selection": {
       "type": "object",
       "additionalProperties": false,
       "required": [
        "estimate"
       ],
       "properties": {
        "estimate": {
         "type": "string",
         "minLength": 1,
         "x-stage": [
          "estimate",
          "command"
         ],
         "x-path": "file"
        },
        "use": {
         "enum": [
          "modules",
          "ranks"
         ]
        }
       }
      }
     }
    }
   ]
  },
  "timestep": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "law": {
     "enum": [
      "auto",
      "upstream",
      "single",
      "discrete"
     ]
    },
    "timestep_mu": {
     "type": "number"
    },
    "timestep_sigma": {
     "type": "number",
     "exclusiveMinimum": 0
    },
    "adaptive_ratio": {
     "type": "number",
     "minimum": 0,
     "maximum": 1
    }
   }
  },
  "base_precision": {
   "enum": [
    "auto",
    "8bit",
    "int8",
    "fp8"
   ]
  },
  "cfg_dropout": {
   "type": "number",
   "minimum": 0,
   "maximum": 1
  },
  "loss_weighting": {
   "enum": [
    "none",
    "min_snr"
   ]
  },
  "snr_gamma": {
   "type": "number",
   "exclusiveMinimum": 0
  },
  "padding": {
   "enum": [
    "masked",
    "upstream"
   ]
  },
  "optimizer": {
   "type": "object",
   "required": [
    "type"
   ],
   "discriminator": {
    "propertyName": "type"
   },
   "oneOf": [
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "adamw"
      },
      "learning_rate": {
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 100
      },
      "weight_decay": {
       "type": "number",
       "minimum": 0
      },
      "betas": {
       "type": "array",
       "minItems": 2,
       "maxItems": 2,
       "items": {
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 1
       }
      },
      "eps": {
       "type": "number",
       "exclusiveMinimum": 0
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "adamw8bit"
      },
      "learning_rate": {
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 100
      },
      "weight_decay": {
       "type": "number",
       "minimum": 0
      },
      "betas": {
       "type": "array",
       "minItems": 2,
       "maxItems": 2,
       "items": {
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 1
       }
      },
      "eps": {
       "type": "number",
       "exclusiveMinimum": 0
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "adafactor"
      },
      "learning_rate": {
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 100
      },
      "weight_decay": {
       "type": "number",
       "minimum": 0
      },
      "decay_rate": {
       "type": "number",
       "exclusiveMaximum": 0
      },
      "clip_threshold": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "eps": {
       "type": "number",
       "exclusiveMinimum": 0
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "prodigy"
      },
      "learning_rate": {
       "type": "number",
       "exclusiveMinimum": 0,
       "maximum": 100
      },
      "weight_decay": {
       "type": "number",
       "minimum": 0
      },
      "betas": {
       "type": "array",
       "minItems": 2,
       "maxItems": 2,
       "items": {
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 1
       }
      },
      "eps": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "d0": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "d_coef": {
       "type": "number",
       "exclusiveMinimum": 0
      },
      "use_bias_correction": {
       "type": "boolean"
      },
      "safeguard_warmup": {
       "type": "boolean"
      }
     }
    }
   ]
  },
  "schedule": {
   "type": "object",
   "required": [
    "type"
   ],
   "discriminator": {
    "propertyName": "type"
   },
   "oneOf": [
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "cosine"
      },
      "warmup_steps": {
       "type": "integer",
       "minimum": 0,
       "maximum": 1000000000
      },
      "warmup_start_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      },
      "floor_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "cosine_restarts"
      },
      "warmup_steps": {
       "type": "integer",
       "minimum": 0,
       "maximum": 1000000000
      },
      "warmup_start_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      },
      "floor_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      },
      "n_restarts": {
       "type": "integer",
       "minimum": 1,
       "maximum": 100000
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "linear"
      },
      "warmup_steps": {
       "type": "integer",
       "minimum": 0,
       "maximum": 1000000000
      },
      "warmup_start_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      },
      "floor_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "constant"
      },
      "warmup_steps": {
       "type": "integer",
       "minimum": 0,
       "maximum": 1000000000
      },
      "warmup_start_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type"
     ],
     "properties": {
      "type": {
       "const": "constant_with_warmup"
      },
      "warmup_steps": {
       "type": "integer",
       "minimum": 0,
       "maximum": 1000000000
      },
      "warmup_start_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      }
     }
    },
    {
     "type": "object",
     "additionalProperties": false,
     "required": [
      "type",
      "formula"
     ],
     "properties": {
      "type": {
       "const": "custom"
      },
      "formula": {
       "type": "string",
       "minLength": 1,
       "maxLength": 2000
      },
      "warmup_steps": {
       "type": "integer",
       "minimum": 0,
       "maximum": 1000000000
      },
      "warmup_start_factor": {
       "type": "number",
       "minimum": 0,
       "maximum": 1
      }
     }
    }
   ]
  },
  "batch_size": {
   "type": "integer",
   "minimum": 1,
   "maximum": 4096
  },
  "gradient_accumulation_steps": {
   "type": "integer",
   "minimum": 1,
   "maximum": 65536
  },
  "partial_accumulation": {
   "enum": [
    "mean",
    "upstream"
   ]
  },
  "epochs": {
   "type": "integer",
   "minimum": 1,
   "maximum": 1000000
  },
  "max_steps": {
   "type": "integer",
   "minimum": 1,
   "maximum": 1000000000
  },
  "dataset_repeats": {
   "type": "integer",
   "minimum": 1,
   "maximum": 100000
  },
  "shuffle": {
   "enum": [
    "epoch",
    "none"
   ]
  },
  "max_grad_norm": {
   "type": "number",
   "minimum": 0
  },
  "seed": {
   "type": "integer",
   "minimum": 0,
   "maximum": 9007199254740991
  },
  "precision": {
   "enum": [
    "auto",
    "f32",
    "bf16",
    "f16"
   ]
  },
  "gradient_checkpointing": {
   "type": "object",
   "additionalProperties": false,
   "x-word": "auto",
   "properties": {
    "enabled": {
     "type": "boolean"
    },
    "ratio": {
     "type": "number",
     "minimum": 0,
     "maximum": 1
    },
    "offload": {
     "type": "boolean"
    }
   }
  },
  "crop": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "chunk_duration": {
     "type": "number",
     "minimum": 1,
     "maximum": 3600
    },
    "max_latent_length": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000
    },
    "start": {
     "enum": [
      "coverage",
      "uniform"
     ]
    },
    "decay_every_epochs": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    }
   }
  },
  "ema_decay": {
   "type": "number",
   "minimum": 0,
   "exclusiveMaximum": 1
  },
  "samples": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "every_epochs": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    },
    "every_steps": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000
    },
    "before_first_step": {
     "type": "boolean"
    },
    "prompts": {
     "type": "array",
     "minItems": 1,
     "items": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
       "caption": {
        "type": "string",
        "minLength": 1
       },
       "name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 80
       },
       "sample": {
        "type": "string",
        "minLength": 1
       },
       "lyrics": {
        "type": "string"
       },
       "language": {
        "type": "string",
        "minLength": 1
       },
       "bpm": {
        "type": [
         "string",
         "number"
        ],
        "exclusiveMinimum": 0,
        "maximum": 999,
        "pattern": "^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$"
       },
       "keyscale": {
        "type": "string"
       },
       "timesignature": {
        "type": [
         "string",
         "number"
        ],
        "minimum": 1,
        "maximum": 99,
        "pattern": "^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$"
       },
       "duration": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 3600
       }
      }
     }
    },
    "dataset": {
     "x-implied": "dataset",
     "type": "string",
     "minLength": 1,
     "x-stage": [
      "dataset",
      "join",
      "analyze",
      "caption"
     ]
    },
    "seeds": {
     "type": "array",
     "minItems": 1,
     "uniqueItems": true,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740991
     }
    },
    "strengths": {
     "type": "array",
     "minItems": 1,
     "uniqueItems": true,
     "items": {
      "type": "number",
      "minimum": -10,
      "maximum": 10
     }
    },
    "steps": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000
    },
    "guidance_scale": {
     "type": "number",
     "minimum": 1,
     "maximum": 100
    },
    "duration": {
     "type": "number",
     "exclusiveMinimum": 0,
     "maximum": 3600
    }
   }
  },
  "validation": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "fraction": {
     "type": "number",
     "minimum": 0,
     "maximum": 0.5
    },
    "tensors": {
     "type": [
      "string",
      "array"
     ],
     "minLength": 1,
     "minItems": 1,
     "x-stage": [
      "preprocess.pass2",
      "command"
     ],
     "x-path": "folder",
     "items": {
      "type": [
       "string",
       "object"
      ],
      "minLength": 1,
      "x-stage": [
       "preprocess.pass2",
       "command"
      ],
      "x-path": "folder",
      "additionalProperties": false,
      "required": [
       "from"
      ],
      "properties": {
       "from": {
        "type": "string",
        "minLength": 1,
        "x-stage": [
         "preprocess.pass2",
         "command"
        ],
        "x-path": "folder"
       },
       "repeats": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000
       },
       "share": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1000000
       }
      }
     }
    },
    "every_epochs": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000
    },
    "timesteps": {
     "type": "array",
     "minItems": 1,
     "maxItems": 100,
     "items": {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1
     }
    },
    "draws": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000
    },
    "seed": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    }
   }
  },
  "checkpoint": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "every_epochs": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    },
    "every_steps": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000
    },
    "every_minutes": {
     "type": "number",
     "minimum": 0,
     "maximum": 100000
    },
    "keep_last": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    },
    "keep_every": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    },
    "keep_best": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1
    },
    "best_after_epoch": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    },
    "best_window": {
     "type": "integer",
     "minimum": 1,
     "maximum": 100000
    },
    "best_min_delta": {
     "type": "number",
     "minimum": 0
    }
   }
  },
  "early_stop": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "patience": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000
    },
    "min_delta": {
     "type": "number",
     "minimum": 0
    }
   }
  },
  "target_loss": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "loss": {
     "type": "number",
     "minimum": 0
    },
    "floor": {
     "type": "number",
     "minimum": 0,
     "maximum": 1
    },
    "warmup_steps": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000
    },
    "smoothing": {
     "type": "number",
     "minimum": 0,
     "exclusiveMaximum": 1
    }
   }
  },
  "logging": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "log_every": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000000
    },
    "log_heavy_every": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000
    },
    "tensorboard": {
     "type": "boolean"
    },
    "log_dir": {
     "type": "string",
     "minLength": 1,
     "x-path": "output"
    }
   }
  },
  "resume": {
   "enum": [
    "exact",
    "fork",
    "fresh"
   ]
  },
  "resume_from": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "train",
    "command"
   ],
   "x-path": "folder"
  },
  "max_nonfinite_steps": {
   "type": "integer",
   "minimum": 1,
   "maximum": 1000000
  },
  "inference": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "shift": {
     "type": "number",
     "exclusiveMinimum": 0
    },
    "num_inference_steps": {
     "type": "integer",
     "minimum": 1,
     "maximum": 10000
    }
   }
  },
  "output_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "output"
  }
 },
 "$id": "stage.train"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$", "u");
const pattern1 = new RegExp("^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.train" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"},message:"must have required property '"+"model"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.tensors === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "tensors"},message:"must have required property '"+"tensors"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.model !== undefined){
let data0 = data.model;
if(typeof data0 === "string"){
if(func3(data0) < 1){
const err3 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.tensors !== undefined){
let data1 = data.tensors;
if((typeof data1 !== "string") && (!(Array.isArray(data1)))){
const err5 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/type",keyword:"type",params:{type: schema11.properties.tensors.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err6 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(Array.isArray(data1)){
if(data1.length < 1){
const err7 = {instancePath:instancePath+"/tensors",schemaPath:"#/properties/tensors/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if((typeof data2 !== "string") && (!(data2 && typeof data2 == "object" && !Array.isArray(data2)))){
const err8 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/type",keyword:"type",params:{type: schema11.properties.tensors.items.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err9 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.from === undefined){
const err10 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/required",keyword:"required",params:{missingProperty: "from"},message:"must have required property '"+"from"+"'"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 in data2){
if(!(((key1 === "from") || (key1 === "repeats")) || (key1 === "share"))){
const err11 = {instancePath:instancePath+"/tensors/" + i0,schemaPath:"#/properties/tensors/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.from !== undefined){
let data3 = data2.from;
if(typeof data3 === "string"){
if(func3(data3) < 1){
const err12 = {instancePath:instancePath+"/tensors/" + i0+"/from",schemaPath:"#/properties/tensors/items/properties/from/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/tensors/" + i0+"/from",schemaPath:"#/properties/tensors/items/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.repeats !== undefined){
let data4 = data2.repeats;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 100000 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err16 = {instancePath:instancePath+"/tensors/" + i0+"/repeats",schemaPath:"#/properties/tensors/items/properties/repeats/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
if(data2.share !== undefined){
let data5 = data2.share;
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000000 || isNaN(data5)){
const err17 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data5 <= 0 || isNaN(data5)){
const err18 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/tensors/" + i0+"/share",schemaPath:"#/properties/tensors/items/properties/share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
}
}
if(data.mode !== undefined){
let data6 = data.mode;
if(!((data6 === "fixed") || (data6 === "vanilla"))){
const err20 = {instancePath:instancePath+"/mode",schemaPath:"#/properties/mode/enum",keyword:"enum",params:{allowedValues: schema11.properties.mode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.adapter !== undefined){
let data7 = data.adapter;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.type === undefined){
const err21 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
const tag0 = data7.type;
if(typeof tag0 == "string"){
if(tag0 === "lora"){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.type === undefined){
const err22 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/0/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
for(const key2 in data7){
if(!(func2.call(schema11.properties.adapter.oneOf[0].properties, key2))){
const err23 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data7.type !== undefined){
if("lora" !== data7.type){
const err24 = {instancePath:instancePath+"/adapter/type",schemaPath:"#/properties/adapter/oneOf/0/properties/type/const",keyword:"const",params:{allowedValue: "lora"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data7.rank !== undefined){
let data9 = data7.rank;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err25 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/0/properties/rank/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 65536 || isNaN(data9)){
const err26 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/0/properties/rank/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data9 < 1 || isNaN(data9)){
const err27 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/0/properties/rank/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
if(data7.alpha !== undefined){
let data10 = data7.alpha;
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 <= 0 || isNaN(data10)){
const err28 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/0/properties/alpha/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/0/properties/alpha/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data7.dropout !== undefined){
let data11 = data7.dropout;
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 < 0 || isNaN(data11)){
const err30 = {instancePath:instancePath+"/adapter/dropout",schemaPath:"#/properties/adapter/oneOf/0/properties/dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data11 >= 1 || isNaN(data11)){
const err31 = {instancePath:instancePath+"/adapter/dropout",schemaPath:"#/properties/adapter/oneOf/0/properties/dropout/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
else {
const err32 = {instancePath:instancePath+"/adapter/dropout",schemaPath:"#/properties/adapter/oneOf/0/properties/dropout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data7.bias !== undefined){
let data12 = data7.bias;
if(!(((data12 === "none") || (data12 === "all")) || (data12 === "lora_only"))){
const err33 = {instancePath:instancePath+"/adapter/bias",schemaPath:"#/properties/adapter/oneOf/0/properties/bias/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[0].properties.bias.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data7.rs_lora !== undefined){
if(typeof data7.rs_lora !== "boolean"){
const err34 = {instancePath:instancePath+"/adapter/rs_lora",schemaPath:"#/properties/adapter/oneOf/0/properties/rs_lora/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data7.target_modules !== undefined){
let data14 = data7.target_modules;
if(Array.isArray(data14)){
if(data14.length < 1){
const err35 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/0/properties/target_modules/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
const len1 = data14.length;
for(let i1=0; i1<len1; i1++){
let data15 = data14[i1];
if(typeof data15 === "string"){
if(func3(data15) < 1){
const err36 = {instancePath:instancePath+"/adapter/target_modules/" + i1,schemaPath:"#/properties/adapter/oneOf/0/properties/target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/adapter/target_modules/" + i1,schemaPath:"#/properties/adapter/oneOf/0/properties/target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
let i2 = data14.length;
let j0;
if(i2 > 1){
const indices0 = {};
for(;i2--;){
let item0 = data14[i2];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err38 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/0/properties/target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i2, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i2+" are identical)"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
break;
}
indices0[item0] = i2;
}
}
}
else {
const err39 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/0/properties/target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data7.attention_type !== undefined){
let data16 = data7.attention_type;
if(!(((data16 === "both") || (data16 === "self")) || (data16 === "cross"))){
const err40 = {instancePath:instancePath+"/adapter/attention_type",schemaPath:"#/properties/adapter/oneOf/0/properties/attention_type/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[0].properties.attention_type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data7.self_target_modules !== undefined){
let data17 = data7.self_target_modules;
if(Array.isArray(data17)){
const len2 = data17.length;
for(let i3=0; i3<len2; i3++){
let data18 = data17[i3];
if(typeof data18 === "string"){
if(func3(data18) < 1){
const err41 = {instancePath:instancePath+"/adapter/self_target_modules/" + i3,schemaPath:"#/properties/adapter/oneOf/0/properties/self_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
else {
const err42 = {instancePath:instancePath+"/adapter/self_target_modules/" + i3,schemaPath:"#/properties/adapter/oneOf/0/properties/self_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
let i4 = data17.length;
let j1;
if(i4 > 1){
const indices1 = {};
for(;i4--;){
let item1 = data17[i4];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err43 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/0/properties/self_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i4, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i4+" are identical)"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
break;
}
indices1[item1] = i4;
}
}
}
else {
const err44 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/0/properties/self_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data7.cross_target_modules !== undefined){
let data19 = data7.cross_target_modules;
if(Array.isArray(data19)){
const len3 = data19.length;
for(let i5=0; i5<len3; i5++){
let data20 = data19[i5];
if(typeof data20 === "string"){
if(func3(data20) < 1){
const err45 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i5,schemaPath:"#/properties/adapter/oneOf/0/properties/cross_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
else {
const err46 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i5,schemaPath:"#/properties/adapter/oneOf/0/properties/cross_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
let i6 = data19.length;
let j2;
if(i6 > 1){
const indices2 = {};
for(;i6--;){
let item2 = data19[i6];
if(typeof item2 !== "string"){
continue;
}
if(typeof indices2[item2] == "number"){
j2 = indices2[item2];
const err47 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/0/properties/cross_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i6, j: j2},message:"must NOT have duplicate items (items ## "+j2+" and "+i6+" are identical)"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
break;
}
indices2[item2] = i6;
}
}
}
else {
const err48 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/0/properties/cross_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data7.target_mlp !== undefined){
if(typeof data7.target_mlp !== "boolean"){
const err49 = {instancePath:instancePath+"/adapter/target_mlp",schemaPath:"#/properties/adapter/oneOf/0/properties/target_mlp/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data7.rank_pattern !== undefined){
let data22 = data7.rank_pattern;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
for(const key3 in data22){
let data23 = data22[key3];
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err50 = {instancePath:instancePath+"/adapter/rank_pattern/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/0/properties/rank_pattern/additionalProperties/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 > 65536 || isNaN(data23)){
const err51 = {instancePath:instancePath+"/adapter/rank_pattern/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/0/properties/rank_pattern/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data23 < 1 || isNaN(data23)){
const err52 = {instancePath:instancePath+"/adapter/rank_pattern/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/0/properties/rank_pattern/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
}
else {
const err53 = {instancePath:instancePath+"/adapter/rank_pattern",schemaPath:"#/properties/adapter/oneOf/0/properties/rank_pattern/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data7.alpha_pattern !== undefined){
let data24 = data7.alpha_pattern;
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
for(const key4 in data24){
let data25 = data24[key4];
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 <= 0 || isNaN(data25)){
const err54 = {instancePath:instancePath+"/adapter/alpha_pattern/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/0/properties/alpha_pattern/additionalProperties/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
else {
const err55 = {instancePath:instancePath+"/adapter/alpha_pattern/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/0/properties/alpha_pattern/additionalProperties/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
else {
const err56 = {instancePath:instancePath+"/adapter/alpha_pattern",schemaPath:"#/properties/adapter/oneOf/0/properties/alpha_pattern/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data7.selection !== undefined){
let data26 = data7.selection;
if(data26 && typeof data26 == "object" && !Array.isArray(data26)){
if(data26.estimate === undefined){
const err57 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/0/properties/selection/required",keyword:"required",params:{missingProperty: "estimate"},message:"must have required property '"+"estimate"+"'"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
for(const key5 in data26){
if(!((key5 === "estimate") || (key5 === "use"))){
const err58 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/0/properties/selection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data26.estimate !== undefined){
let data27 = data26.estimate;
if(typeof data27 === "string"){
if(func3(data27) < 1){
const err59 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/0/properties/selection/properties/estimate/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
else {
const err60 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/0/properties/selection/properties/estimate/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data26.use !== undefined){
let data28 = data26.use;
if(!((data28 === "modules") || (data28 === "ranks"))){
const err61 = {instancePath:instancePath+"/adapter/selection/use",schemaPath:"#/properties/adapter/oneOf/0/properties/selection/properties/use/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[0].properties.selection.properties.use.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
else {
const err62 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/0/properties/selection/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
else {
const err63 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else if(tag0 === "dora"){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.type === undefined){
const err64 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/1/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
for(const key6 in data7){
if(!(func2.call(schema11.properties.adapter.oneOf[1].properties, key6))){
const err65 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data7.type !== undefined){
if("dora" !== data7.type){
const err66 = {instancePath:instancePath+"/adapter/type",schemaPath:"#/properties/adapter/oneOf/1/properties/type/const",keyword:"const",params:{allowedValue: "dora"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data7.rank !== undefined){
let data30 = data7.rank;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err67 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/1/properties/rank/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if((typeof data30 == "number") && (isFinite(data30))){
if(data30 > 65536 || isNaN(data30)){
const err68 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/1/properties/rank/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(data30 < 1 || isNaN(data30)){
const err69 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/1/properties/rank/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
}
if(data7.alpha !== undefined){
let data31 = data7.alpha;
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 <= 0 || isNaN(data31)){
const err70 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/1/properties/alpha/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
else {
const err71 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/1/properties/alpha/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data7.dropout !== undefined){
let data32 = data7.dropout;
if((typeof data32 == "number") && (isFinite(data32))){
if(data32 < 0 || isNaN(data32)){
const err72 = {instancePath:instancePath+"/adapter/dropout",schemaPath:"#/properties/adapter/oneOf/1/properties/dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(data32 >= 1 || isNaN(data32)){
const err73 = {instancePath:instancePath+"/adapter/dropout",schemaPath:"#/properties/adapter/oneOf/1/properties/dropout/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
else {
const err74 = {instancePath:instancePath+"/adapter/dropout",schemaPath:"#/properties/adapter/oneOf/1/properties/dropout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data7.bias !== undefined){
let data33 = data7.bias;
if(!(((data33 === "none") || (data33 === "all")) || (data33 === "lora_only"))){
const err75 = {instancePath:instancePath+"/adapter/bias",schemaPath:"#/properties/adapter/oneOf/1/properties/bias/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[1].properties.bias.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data7.rs_lora !== undefined){
if(typeof data7.rs_lora !== "boolean"){
const err76 = {instancePath:instancePath+"/adapter/rs_lora",schemaPath:"#/properties/adapter/oneOf/1/properties/rs_lora/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data7.target_modules !== undefined){
let data35 = data7.target_modules;
if(Array.isArray(data35)){
if(data35.length < 1){
const err77 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/1/properties/target_modules/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
const len4 = data35.length;
for(let i7=0; i7<len4; i7++){
let data36 = data35[i7];
if(typeof data36 === "string"){
if(func3(data36) < 1){
const err78 = {instancePath:instancePath+"/adapter/target_modules/" + i7,schemaPath:"#/properties/adapter/oneOf/1/properties/target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
else {
const err79 = {instancePath:instancePath+"/adapter/target_modules/" + i7,schemaPath:"#/properties/adapter/oneOf/1/properties/target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
let i8 = data35.length;
let j3;
if(i8 > 1){
const indices3 = {};
for(;i8--;){
let item3 = data35[i8];
if(typeof item3 !== "string"){
continue;
}
if(typeof indices3[item3] == "number"){
j3 = indices3[item3];
const err80 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/1/properties/target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i8, j: j3},message:"must NOT have duplicate items (items ## "+j3+" and "+i8+" are identical)"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
break;
}
indices3[item3] = i8;
}
}
}
else {
const err81 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/1/properties/target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data7.attention_type !== undefined){
let data37 = data7.attention_type;
if(!(((data37 === "both") || (data37 === "self")) || (data37 === "cross"))){
const err82 = {instancePath:instancePath+"/adapter/attention_type",schemaPath:"#/properties/adapter/oneOf/1/properties/attention_type/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[1].properties.attention_type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data7.self_target_modules !== undefined){
let data38 = data7.self_target_modules;
if(Array.isArray(data38)){
const len5 = data38.length;
for(let i9=0; i9<len5; i9++){
let data39 = data38[i9];
if(typeof data39 === "string"){
if(func3(data39) < 1){
const err83 = {instancePath:instancePath+"/adapter/self_target_modules/" + i9,schemaPath:"#/properties/adapter/oneOf/1/properties/self_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
else {
const err84 = {instancePath:instancePath+"/adapter/self_target_modules/" + i9,schemaPath:"#/properties/adapter/oneOf/1/properties/self_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
let i10 = data38.length;
let j4;
if(i10 > 1){
const indices4 = {};
for(;i10--;){
let item4 = data38[i10];
if(typeof item4 !== "string"){
continue;
}
if(typeof indices4[item4] == "number"){
j4 = indices4[item4];
const err85 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/1/properties/self_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i10, j: j4},message:"must NOT have duplicate items (items ## "+j4+" and "+i10+" are identical)"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
break;
}
indices4[item4] = i10;
}
}
}
else {
const err86 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/1/properties/self_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data7.cross_target_modules !== undefined){
let data40 = data7.cross_target_modules;
if(Array.isArray(data40)){
const len6 = data40.length;
for(let i11=0; i11<len6; i11++){
let data41 = data40[i11];
if(typeof data41 === "string"){
if(func3(data41) < 1){
const err87 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i11,schemaPath:"#/properties/adapter/oneOf/1/properties/cross_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
else {
const err88 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i11,schemaPath:"#/properties/adapter/oneOf/1/properties/cross_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
let i12 = data40.length;
let j5;
if(i12 > 1){
const indices5 = {};
for(;i12--;){
let item5 = data40[i12];
if(typeof item5 !== "string"){
continue;
}
if(typeof indices5[item5] == "number"){
j5 = indices5[item5];
const err89 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/1/properties/cross_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i12, j: j5},message:"must NOT have duplicate items (items ## "+j5+" and "+i12+" are identical)"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
break;
}
indices5[item5] = i12;
}
}
}
else {
const err90 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/1/properties/cross_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data7.target_mlp !== undefined){
if(typeof data7.target_mlp !== "boolean"){
const err91 = {instancePath:instancePath+"/adapter/target_mlp",schemaPath:"#/properties/adapter/oneOf/1/properties/target_mlp/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data7.rank_pattern !== undefined){
let data43 = data7.rank_pattern;
if(data43 && typeof data43 == "object" && !Array.isArray(data43)){
for(const key7 in data43){
let data44 = data43[key7];
if(!(((typeof data44 == "number") && (!(data44 % 1) && !isNaN(data44))) && (isFinite(data44)))){
const err92 = {instancePath:instancePath+"/adapter/rank_pattern/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/1/properties/rank_pattern/additionalProperties/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if((typeof data44 == "number") && (isFinite(data44))){
if(data44 > 65536 || isNaN(data44)){
const err93 = {instancePath:instancePath+"/adapter/rank_pattern/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/1/properties/rank_pattern/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
if(data44 < 1 || isNaN(data44)){
const err94 = {instancePath:instancePath+"/adapter/rank_pattern/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/1/properties/rank_pattern/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
}
else {
const err95 = {instancePath:instancePath+"/adapter/rank_pattern",schemaPath:"#/properties/adapter/oneOf/1/properties/rank_pattern/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data7.alpha_pattern !== undefined){
let data45 = data7.alpha_pattern;
if(data45 && typeof data45 == "object" && !Array.isArray(data45)){
for(const key8 in data45){
let data46 = data45[key8];
if((typeof data46 == "number") && (isFinite(data46))){
if(data46 <= 0 || isNaN(data46)){
const err96 = {instancePath:instancePath+"/adapter/alpha_pattern/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/1/properties/alpha_pattern/additionalProperties/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
else {
const err97 = {instancePath:instancePath+"/adapter/alpha_pattern/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/adapter/oneOf/1/properties/alpha_pattern/additionalProperties/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
}
else {
const err98 = {instancePath:instancePath+"/adapter/alpha_pattern",schemaPath:"#/properties/adapter/oneOf/1/properties/alpha_pattern/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
if(data7.selection !== undefined){
let data47 = data7.selection;
if(data47 && typeof data47 == "object" && !Array.isArray(data47)){
if(data47.estimate === undefined){
const err99 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/1/properties/selection/required",keyword:"required",params:{missingProperty: "estimate"},message:"must have required property '"+"estimate"+"'"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
for(const key9 in data47){
if(!((key9 === "estimate") || (key9 === "use"))){
const err100 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/1/properties/selection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
if(data47.estimate !== undefined){
let data48 = data47.estimate;
if(typeof data48 === "string"){
if(func3(data48) < 1){
const err101 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/1/properties/selection/properties/estimate/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
else {
const err102 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/1/properties/selection/properties/estimate/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
if(data47.use !== undefined){
let data49 = data47.use;
if(!((data49 === "modules") || (data49 === "ranks"))){
const err103 = {instancePath:instancePath+"/adapter/selection/use",schemaPath:"#/properties/adapter/oneOf/1/properties/selection/properties/use/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[1].properties.selection.properties.use.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
}
else {
const err104 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/1/properties/selection/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
}
else {
const err105 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
else if(tag0 === "lokr"){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.type === undefined){
const err106 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/2/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
for(const key10 in data7){
if(!(func2.call(schema11.properties.adapter.oneOf[2].properties, key10))){
const err107 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/2/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
if(data7.type !== undefined){
if("lokr" !== data7.type){
const err108 = {instancePath:instancePath+"/adapter/type",schemaPath:"#/properties/adapter/oneOf/2/properties/type/const",keyword:"const",params:{allowedValue: "lokr"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data7.rank !== undefined){
let data51 = data7.rank;
if(!(((typeof data51 == "number") && (!(data51 % 1) && !isNaN(data51))) && (isFinite(data51)))){
const err109 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/2/properties/rank/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
if((typeof data51 == "number") && (isFinite(data51))){
if(data51 > 65536 || isNaN(data51)){
const err110 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/2/properties/rank/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if(data51 < 1 || isNaN(data51)){
const err111 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/2/properties/rank/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
}
if(data7.alpha !== undefined){
let data52 = data7.alpha;
if((typeof data52 == "number") && (isFinite(data52))){
if(data52 <= 0 || isNaN(data52)){
const err112 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/2/properties/alpha/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
else {
const err113 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/2/properties/alpha/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
if(data7.factor !== undefined){
let data53 = data7.factor;
if(!(((typeof data53 == "number") && (!(data53 % 1) && !isNaN(data53))) && (isFinite(data53)))){
const err114 = {instancePath:instancePath+"/adapter/factor",schemaPath:"#/properties/adapter/oneOf/2/properties/factor/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
const _errs117 = errors;
const _errs118 = errors;
if(0 !== data53){
const err115 = {};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
var valid35 = _errs118 === errors;
if(valid35){
const err116 = {instancePath:instancePath+"/adapter/factor",schemaPath:"#/properties/adapter/oneOf/2/properties/factor/not",keyword:"not",params:{},message:"must NOT be valid"};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
else {
errors = _errs117;
if(vErrors !== null){
if(_errs117){
vErrors.length = _errs117;
}
else {
vErrors = null;
}
}
}
if((typeof data53 == "number") && (isFinite(data53))){
if(data53 > 65536 || isNaN(data53)){
const err117 = {instancePath:instancePath+"/adapter/factor",schemaPath:"#/properties/adapter/oneOf/2/properties/factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if(data53 < -1 || isNaN(data53)){
const err118 = {instancePath:instancePath+"/adapter/factor",schemaPath:"#/properties/adapter/oneOf/2/properties/factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1},message:"must be >= -1"};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
}
if(data7.decompose_both !== undefined){
if(typeof data7.decompose_both !== "boolean"){
const err119 = {instancePath:instancePath+"/adapter/decompose_both",schemaPath:"#/properties/adapter/oneOf/2/properties/decompose_both/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
if(data7.full_matrix !== undefined){
if(typeof data7.full_matrix !== "boolean"){
const err120 = {instancePath:instancePath+"/adapter/full_matrix",schemaPath:"#/properties/adapter/oneOf/2/properties/full_matrix/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
if(data7.use_tucker !== undefined){
if(typeof data7.use_tucker !== "boolean"){
const err121 = {instancePath:instancePath+"/adapter/use_tucker",schemaPath:"#/properties/adapter/oneOf/2/properties/use_tucker/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
if(data7.use_scalar !== undefined){
if(typeof data7.use_scalar !== "boolean"){
const err122 = {instancePath:instancePath+"/adapter/use_scalar",schemaPath:"#/properties/adapter/oneOf/2/properties/use_scalar/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data7.weight_decompose !== undefined){
if(typeof data7.weight_decompose !== "boolean"){
const err123 = {instancePath:instancePath+"/adapter/weight_decompose",schemaPath:"#/properties/adapter/oneOf/2/properties/weight_decompose/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
if(data7.scope !== undefined){
let data59 = data7.scope;
if(!((data59 === "targets") || (data59 === "decoder"))){
const err124 = {instancePath:instancePath+"/adapter/scope",schemaPath:"#/properties/adapter/oneOf/2/properties/scope/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[2].properties.scope.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data7.target_modules !== undefined){
let data60 = data7.target_modules;
if(Array.isArray(data60)){
if(data60.length < 1){
const err125 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/2/properties/target_modules/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
const len7 = data60.length;
for(let i13=0; i13<len7; i13++){
let data61 = data60[i13];
if(typeof data61 === "string"){
if(func3(data61) < 1){
const err126 = {instancePath:instancePath+"/adapter/target_modules/" + i13,schemaPath:"#/properties/adapter/oneOf/2/properties/target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
else {
const err127 = {instancePath:instancePath+"/adapter/target_modules/" + i13,schemaPath:"#/properties/adapter/oneOf/2/properties/target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
let i14 = data60.length;
let j6;
if(i14 > 1){
const indices6 = {};
for(;i14--;){
let item6 = data60[i14];
if(typeof item6 !== "string"){
continue;
}
if(typeof indices6[item6] == "number"){
j6 = indices6[item6];
const err128 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/2/properties/target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i14, j: j6},message:"must NOT have duplicate items (items ## "+j6+" and "+i14+" are identical)"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
break;
}
indices6[item6] = i14;
}
}
}
else {
const err129 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/2/properties/target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
}
if(data7.attention_type !== undefined){
let data62 = data7.attention_type;
if(!(((data62 === "both") || (data62 === "self")) || (data62 === "cross"))){
const err130 = {instancePath:instancePath+"/adapter/attention_type",schemaPath:"#/properties/adapter/oneOf/2/properties/attention_type/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[2].properties.attention_type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
if(data7.self_target_modules !== undefined){
let data63 = data7.self_target_modules;
if(Array.isArray(data63)){
const len8 = data63.length;
for(let i15=0; i15<len8; i15++){
let data64 = data63[i15];
if(typeof data64 === "string"){
if(func3(data64) < 1){
const err131 = {instancePath:instancePath+"/adapter/self_target_modules/" + i15,schemaPath:"#/properties/adapter/oneOf/2/properties/self_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
}
else {
const err132 = {instancePath:instancePath+"/adapter/self_target_modules/" + i15,schemaPath:"#/properties/adapter/oneOf/2/properties/self_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
let i16 = data63.length;
let j7;
if(i16 > 1){
const indices7 = {};
for(;i16--;){
let item7 = data63[i16];
if(typeof item7 !== "string"){
continue;
}
if(typeof indices7[item7] == "number"){
j7 = indices7[item7];
const err133 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/2/properties/self_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i16, j: j7},message:"must NOT have duplicate items (items ## "+j7+" and "+i16+" are identical)"};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
break;
}
indices7[item7] = i16;
}
}
}
else {
const err134 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/2/properties/self_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
if(data7.cross_target_modules !== undefined){
let data65 = data7.cross_target_modules;
if(Array.isArray(data65)){
const len9 = data65.length;
for(let i17=0; i17<len9; i17++){
let data66 = data65[i17];
if(typeof data66 === "string"){
if(func3(data66) < 1){
const err135 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i17,schemaPath:"#/properties/adapter/oneOf/2/properties/cross_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
else {
const err136 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i17,schemaPath:"#/properties/adapter/oneOf/2/properties/cross_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
let i18 = data65.length;
let j8;
if(i18 > 1){
const indices8 = {};
for(;i18--;){
let item8 = data65[i18];
if(typeof item8 !== "string"){
continue;
}
if(typeof indices8[item8] == "number"){
j8 = indices8[item8];
const err137 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/2/properties/cross_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i18, j: j8},message:"must NOT have duplicate items (items ## "+j8+" and "+i18+" are identical)"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
break;
}
indices8[item8] = i18;
}
}
}
else {
const err138 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/2/properties/cross_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
if(data7.target_mlp !== undefined){
if(typeof data7.target_mlp !== "boolean"){
const err139 = {instancePath:instancePath+"/adapter/target_mlp",schemaPath:"#/properties/adapter/oneOf/2/properties/target_mlp/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
if(data7.selection !== undefined){
let data68 = data7.selection;
if(data68 && typeof data68 == "object" && !Array.isArray(data68)){
if(data68.estimate === undefined){
const err140 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/2/properties/selection/required",keyword:"required",params:{missingProperty: "estimate"},message:"must have required property '"+"estimate"+"'"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
for(const key11 in data68){
if(!((key11 === "estimate") || (key11 === "use"))){
const err141 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/2/properties/selection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
if(data68.estimate !== undefined){
let data69 = data68.estimate;
if(typeof data69 === "string"){
if(func3(data69) < 1){
const err142 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/2/properties/selection/properties/estimate/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
else {
const err143 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/2/properties/selection/properties/estimate/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
if(data68.use !== undefined){
let data70 = data68.use;
if(!((data70 === "modules") || (data70 === "ranks"))){
const err144 = {instancePath:instancePath+"/adapter/selection/use",schemaPath:"#/properties/adapter/oneOf/2/properties/selection/properties/use/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[2].properties.selection.properties.use.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
}
else {
const err145 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/2/properties/selection/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
}
else {
const err146 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/2/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
else if(tag0 === "loha"){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.type === undefined){
const err147 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/3/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
for(const key12 in data7){
if(!(func2.call(schema11.properties.adapter.oneOf[3].properties, key12))){
const err148 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/3/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
if(data7.type !== undefined){
if("loha" !== data7.type){
const err149 = {instancePath:instancePath+"/adapter/type",schemaPath:"#/properties/adapter/oneOf/3/properties/type/const",keyword:"const",params:{allowedValue: "loha"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
if(data7.rank !== undefined){
let data72 = data7.rank;
if(!(((typeof data72 == "number") && (!(data72 % 1) && !isNaN(data72))) && (isFinite(data72)))){
const err150 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/3/properties/rank/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
if((typeof data72 == "number") && (isFinite(data72))){
if(data72 > 65536 || isNaN(data72)){
const err151 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/3/properties/rank/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
if(data72 < 1 || isNaN(data72)){
const err152 = {instancePath:instancePath+"/adapter/rank",schemaPath:"#/properties/adapter/oneOf/3/properties/rank/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
}
if(data7.alpha !== undefined){
let data73 = data7.alpha;
if((typeof data73 == "number") && (isFinite(data73))){
if(data73 <= 0 || isNaN(data73)){
const err153 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/3/properties/alpha/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
}
else {
const err154 = {instancePath:instancePath+"/adapter/alpha",schemaPath:"#/properties/adapter/oneOf/3/properties/alpha/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
if(data7.use_tucker !== undefined){
if(typeof data7.use_tucker !== "boolean"){
const err155 = {instancePath:instancePath+"/adapter/use_tucker",schemaPath:"#/properties/adapter/oneOf/3/properties/use_tucker/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
}
if(data7.use_scalar !== undefined){
if(typeof data7.use_scalar !== "boolean"){
const err156 = {instancePath:instancePath+"/adapter/use_scalar",schemaPath:"#/properties/adapter/oneOf/3/properties/use_scalar/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
}
if(data7.weight_decompose !== undefined){
if(typeof data7.weight_decompose !== "boolean"){
const err157 = {instancePath:instancePath+"/adapter/weight_decompose",schemaPath:"#/properties/adapter/oneOf/3/properties/weight_decompose/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
if(data7.scope !== undefined){
let data77 = data7.scope;
if(!((data77 === "targets") || (data77 === "decoder"))){
const err158 = {instancePath:instancePath+"/adapter/scope",schemaPath:"#/properties/adapter/oneOf/3/properties/scope/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[3].properties.scope.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
}
if(data7.target_modules !== undefined){
let data78 = data7.target_modules;
if(Array.isArray(data78)){
if(data78.length < 1){
const err159 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/3/properties/target_modules/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
const len10 = data78.length;
for(let i19=0; i19<len10; i19++){
let data79 = data78[i19];
if(typeof data79 === "string"){
if(func3(data79) < 1){
const err160 = {instancePath:instancePath+"/adapter/target_modules/" + i19,schemaPath:"#/properties/adapter/oneOf/3/properties/target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
else {
const err161 = {instancePath:instancePath+"/adapter/target_modules/" + i19,schemaPath:"#/properties/adapter/oneOf/3/properties/target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
let i20 = data78.length;
let j9;
if(i20 > 1){
const indices9 = {};
for(;i20--;){
let item9 = data78[i20];
if(typeof item9 !== "string"){
continue;
}
if(typeof indices9[item9] == "number"){
j9 = indices9[item9];
const err162 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/3/properties/target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i20, j: j9},message:"must NOT have duplicate items (items ## "+j9+" and "+i20+" are identical)"};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
break;
}
indices9[item9] = i20;
}
}
}
else {
const err163 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/3/properties/target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
if(data7.attention_type !== undefined){
let data80 = data7.attention_type;
if(!(((data80 === "both") || (data80 === "self")) || (data80 === "cross"))){
const err164 = {instancePath:instancePath+"/adapter/attention_type",schemaPath:"#/properties/adapter/oneOf/3/properties/attention_type/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[3].properties.attention_type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
if(data7.self_target_modules !== undefined){
let data81 = data7.self_target_modules;
if(Array.isArray(data81)){
const len11 = data81.length;
for(let i21=0; i21<len11; i21++){
let data82 = data81[i21];
if(typeof data82 === "string"){
if(func3(data82) < 1){
const err165 = {instancePath:instancePath+"/adapter/self_target_modules/" + i21,schemaPath:"#/properties/adapter/oneOf/3/properties/self_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
}
else {
const err166 = {instancePath:instancePath+"/adapter/self_target_modules/" + i21,schemaPath:"#/properties/adapter/oneOf/3/properties/self_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
let i22 = data81.length;
let j10;
if(i22 > 1){
const indices10 = {};
for(;i22--;){
let item10 = data81[i22];
if(typeof item10 !== "string"){
continue;
}
if(typeof indices10[item10] == "number"){
j10 = indices10[item10];
const err167 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/3/properties/self_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i22, j: j10},message:"must NOT have duplicate items (items ## "+j10+" and "+i22+" are identical)"};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
break;
}
indices10[item10] = i22;
}
}
}
else {
const err168 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/3/properties/self_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
if(data7.cross_target_modules !== undefined){
let data83 = data7.cross_target_modules;
if(Array.isArray(data83)){
const len12 = data83.length;
for(let i23=0; i23<len12; i23++){
let data84 = data83[i23];
if(typeof data84 === "string"){
if(func3(data84) < 1){
const err169 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i23,schemaPath:"#/properties/adapter/oneOf/3/properties/cross_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
else {
const err170 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i23,schemaPath:"#/properties/adapter/oneOf/3/properties/cross_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
}
let i24 = data83.length;
let j11;
if(i24 > 1){
const indices11 = {};
for(;i24--;){
let item11 = data83[i24];
if(typeof item11 !== "string"){
continue;
}
if(typeof indices11[item11] == "number"){
j11 = indices11[item11];
const err171 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/3/properties/cross_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i24, j: j11},message:"must NOT have duplicate items (items ## "+j11+" and "+i24+" are identical)"};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
break;
}
indices11[item11] = i24;
}
}
}
else {
const err172 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/3/properties/cross_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
}
if(data7.target_mlp !== undefined){
if(typeof data7.target_mlp !== "boolean"){
const err173 = {instancePath:instancePath+"/adapter/target_mlp",schemaPath:"#/properties/adapter/oneOf/3/properties/target_mlp/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
}
if(data7.selection !== undefined){
let data86 = data7.selection;
if(data86 && typeof data86 == "object" && !Array.isArray(data86)){
if(data86.estimate === undefined){
const err174 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/3/properties/selection/required",keyword:"required",params:{missingProperty: "estimate"},message:"must have required property '"+"estimate"+"'"};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
for(const key13 in data86){
if(!((key13 === "estimate") || (key13 === "use"))){
const err175 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/3/properties/selection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
if(data86.estimate !== undefined){
let data87 = data86.estimate;
if(typeof data87 === "string"){
if(func3(data87) < 1){
const err176 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/3/properties/selection/properties/estimate/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
}
else {
const err177 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/3/properties/selection/properties/estimate/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
}
if(data86.use !== undefined){
let data88 = data86.use;
if(!((data88 === "modules") || (data88 === "ranks"))){
const err178 = {instancePath:instancePath+"/adapter/selection/use",schemaPath:"#/properties/adapter/oneOf/3/properties/selection/properties/use/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[3].properties.selection.properties.use.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
}
else {
const err179 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/3/properties/selection/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
}
}
else {
const err180 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/3/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
else if(tag0 === "oft"){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.type === undefined){
const err181 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/4/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
for(const key14 in data7){
if(!(func2.call(schema11.properties.adapter.oneOf[4].properties, key14))){
const err182 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/4/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
}
if(data7.type !== undefined){
if("oft" !== data7.type){
const err183 = {instancePath:instancePath+"/adapter/type",schemaPath:"#/properties/adapter/oneOf/4/properties/type/const",keyword:"const",params:{allowedValue: "oft"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
}
if(data7.block_size !== undefined){
let data90 = data7.block_size;
if(!(((typeof data90 == "number") && (!(data90 % 1) && !isNaN(data90))) && (isFinite(data90)))){
const err184 = {instancePath:instancePath+"/adapter/block_size",schemaPath:"#/properties/adapter/oneOf/4/properties/block_size/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
if((typeof data90 == "number") && (isFinite(data90))){
if(data90 > 65536 || isNaN(data90)){
const err185 = {instancePath:instancePath+"/adapter/block_size",schemaPath:"#/properties/adapter/oneOf/4/properties/block_size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
if(data90 < 2 || isNaN(data90)){
const err186 = {instancePath:instancePath+"/adapter/block_size",schemaPath:"#/properties/adapter/oneOf/4/properties/block_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2},message:"must be >= 2"};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
}
if(data7.coft !== undefined){
if(typeof data7.coft !== "boolean"){
const err187 = {instancePath:instancePath+"/adapter/coft",schemaPath:"#/properties/adapter/oneOf/4/properties/coft/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
}
if(data7.eps !== undefined){
let data92 = data7.eps;
if((typeof data92 == "number") && (isFinite(data92))){
if(data92 <= 0 || isNaN(data92)){
const err188 = {instancePath:instancePath+"/adapter/eps",schemaPath:"#/properties/adapter/oneOf/4/properties/eps/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
}
else {
const err189 = {instancePath:instancePath+"/adapter/eps",schemaPath:"#/properties/adapter/oneOf/4/properties/eps/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
}
if(data7.block_share !== undefined){
if(typeof data7.block_share !== "boolean"){
const err190 = {instancePath:instancePath+"/adapter/block_share",schemaPath:"#/properties/adapter/oneOf/4/properties/block_share/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
}
if(data7.cayley !== undefined){
let data94 = data7.cayley;
if(!((data94 === "neumann") || (data94 === "exact"))){
const err191 = {instancePath:instancePath+"/adapter/cayley",schemaPath:"#/properties/adapter/oneOf/4/properties/cayley/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[4].properties.cayley.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
}
if(data7.cayley_terms !== undefined){
let data95 = data7.cayley_terms;
if(!(((typeof data95 == "number") && (!(data95 % 1) && !isNaN(data95))) && (isFinite(data95)))){
const err192 = {instancePath:instancePath+"/adapter/cayley_terms",schemaPath:"#/properties/adapter/oneOf/4/properties/cayley_terms/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
if((typeof data95 == "number") && (isFinite(data95))){
if(data95 > 64 || isNaN(data95)){
const err193 = {instancePath:instancePath+"/adapter/cayley_terms",schemaPath:"#/properties/adapter/oneOf/4/properties/cayley_terms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
if(data95 < 1 || isNaN(data95)){
const err194 = {instancePath:instancePath+"/adapter/cayley_terms",schemaPath:"#/properties/adapter/oneOf/4/properties/cayley_terms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
}
}
if(data7.target_modules !== undefined){
let data96 = data7.target_modules;
if(Array.isArray(data96)){
if(data96.length < 1){
const err195 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/4/properties/target_modules/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
const len13 = data96.length;
for(let i25=0; i25<len13; i25++){
let data97 = data96[i25];
if(typeof data97 === "string"){
if(func3(data97) < 1){
const err196 = {instancePath:instancePath+"/adapter/target_modules/" + i25,schemaPath:"#/properties/adapter/oneOf/4/properties/target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
}
else {
const err197 = {instancePath:instancePath+"/adapter/target_modules/" + i25,schemaPath:"#/properties/adapter/oneOf/4/properties/target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
}
let i26 = data96.length;
let j12;
if(i26 > 1){
const indices12 = {};
for(;i26--;){
let item12 = data96[i26];
if(typeof item12 !== "string"){
continue;
}
if(typeof indices12[item12] == "number"){
j12 = indices12[item12];
const err198 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/4/properties/target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i26, j: j12},message:"must NOT have duplicate items (items ## "+j12+" and "+i26+" are identical)"};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
break;
}
indices12[item12] = i26;
}
}
}
else {
const err199 = {instancePath:instancePath+"/adapter/target_modules",schemaPath:"#/properties/adapter/oneOf/4/properties/target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
}
if(data7.attention_type !== undefined){
let data98 = data7.attention_type;
if(!(((data98 === "both") || (data98 === "self")) || (data98 === "cross"))){
const err200 = {instancePath:instancePath+"/adapter/attention_type",schemaPath:"#/properties/adapter/oneOf/4/properties/attention_type/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[4].properties.attention_type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
}
if(data7.self_target_modules !== undefined){
let data99 = data7.self_target_modules;
if(Array.isArray(data99)){
const len14 = data99.length;
for(let i27=0; i27<len14; i27++){
let data100 = data99[i27];
if(typeof data100 === "string"){
if(func3(data100) < 1){
const err201 = {instancePath:instancePath+"/adapter/self_target_modules/" + i27,schemaPath:"#/properties/adapter/oneOf/4/properties/self_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
}
else {
const err202 = {instancePath:instancePath+"/adapter/self_target_modules/" + i27,schemaPath:"#/properties/adapter/oneOf/4/properties/self_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
}
let i28 = data99.length;
let j13;
if(i28 > 1){
const indices13 = {};
for(;i28--;){
let item13 = data99[i28];
if(typeof item13 !== "string"){
continue;
}
if(typeof indices13[item13] == "number"){
j13 = indices13[item13];
const err203 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/4/properties/self_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i28, j: j13},message:"must NOT have duplicate items (items ## "+j13+" and "+i28+" are identical)"};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
break;
}
indices13[item13] = i28;
}
}
}
else {
const err204 = {instancePath:instancePath+"/adapter/self_target_modules",schemaPath:"#/properties/adapter/oneOf/4/properties/self_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
}
if(data7.cross_target_modules !== undefined){
let data101 = data7.cross_target_modules;
if(Array.isArray(data101)){
const len15 = data101.length;
for(let i29=0; i29<len15; i29++){
let data102 = data101[i29];
if(typeof data102 === "string"){
if(func3(data102) < 1){
const err205 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i29,schemaPath:"#/properties/adapter/oneOf/4/properties/cross_target_modules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
else {
const err206 = {instancePath:instancePath+"/adapter/cross_target_modules/" + i29,schemaPath:"#/properties/adapter/oneOf/4/properties/cross_target_modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
}
let i30 = data101.length;
let j14;
if(i30 > 1){
const indices14 = {};
for(;i30--;){
let item14 = data101[i30];
if(typeof item14 !== "string"){
continue;
}
if(typeof indices14[item14] == "number"){
j14 = indices14[item14];
const err207 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/4/properties/cross_target_modules/uniqueItems",keyword:"uniqueItems",params:{i: i30, j: j14},message:"must NOT have duplicate items (items ## "+j14+" and "+i30+" are identical)"};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
break;
}
indices14[item14] = i30;
}
}
}
else {
const err208 = {instancePath:instancePath+"/adapter/cross_target_modules",schemaPath:"#/properties/adapter/oneOf/4/properties/cross_target_modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
}
if(data7.target_mlp !== undefined){
if(typeof data7.target_mlp !== "boolean"){
const err209 = {instancePath:instancePath+"/adapter/target_mlp",schemaPath:"#/properties/adapter/oneOf/4/properties/target_mlp/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
if(data7.selection !== undefined){
let data104 = data7.selection;
if(data104 && typeof data104 == "object" && !Array.isArray(data104)){
if(data104.estimate === undefined){
const err210 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/4/properties/selection/required",keyword:"required",params:{missingProperty: "estimate"},message:"must have required property '"+"estimate"+"'"};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
for(const key15 in data104){
if(!((key15 === "estimate") || (key15 === "use"))){
const err211 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/4/properties/selection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
}
if(data104.estimate !== undefined){
let data105 = data104.estimate;
if(typeof data105 === "string"){
if(func3(data105) < 1){
const err212 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/4/properties/selection/properties/estimate/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
}
else {
const err213 = {instancePath:instancePath+"/adapter/selection/estimate",schemaPath:"#/properties/adapter/oneOf/4/properties/selection/properties/estimate/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
}
if(data104.use !== undefined){
let data106 = data104.use;
if(!((data106 === "modules") || (data106 === "ranks"))){
const err214 = {instancePath:instancePath+"/adapter/selection/use",schemaPath:"#/properties/adapter/oneOf/4/properties/selection/properties/use/enum",keyword:"enum",params:{allowedValues: schema11.properties.adapter.oneOf[4].properties.selection.properties.use.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
}
}
else {
const err215 = {instancePath:instancePath+"/adapter/selection",schemaPath:"#/properties/adapter/oneOf/4/properties/selection/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
}
}
else {
const err216 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/oneOf/4/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
}
else {
const err217 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/discriminator",keyword:"discriminator",params:{error: "mapping", tag: "type", tagValue: tag0},message:"value of tag \"type\" must be in oneOf"};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
}
else {
const err218 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/discriminator",keyword:"discriminator",params:{error: "tag", tag: "type", tagValue: tag0},message:"tag \"type\" must be string"};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
}
else {
const err219 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
}
if(data.timestep !== undefined){
let data107 = data.timestep;
if(data107 && typeof data107 == "object" && !Array.isArray(data107)){
for(const key16 in data107){
if(!((((key16 === "law") || (key16 === "timestep_mu")) || (key16 === "timestep_sigma")) || (key16 === "adaptive_ratio"))){
const err220 = {instancePath:instancePath+"/timestep",schemaPath:"#/properties/timestep/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
}
if(data107.law !== undefined){
let data108 = data107.law;
if(!((((data108 === "auto") || (data108 === "upstream")) || (data108 === "single")) || (data108 === "discrete"))){
const err221 = {instancePath:instancePath+"/timestep/law",schemaPath:"#/properties/timestep/properties/law/enum",keyword:"enum",params:{allowedValues: schema11.properties.timestep.properties.law.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
}
if(data107.timestep_mu !== undefined){
let data109 = data107.timestep_mu;
if(!((typeof data109 == "number") && (isFinite(data109)))){
const err222 = {instancePath:instancePath+"/timestep/timestep_mu",schemaPath:"#/properties/timestep/properties/timestep_mu/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
}
if(data107.timestep_sigma !== undefined){
let data110 = data107.timestep_sigma;
if((typeof data110 == "number") && (isFinite(data110))){
if(data110 <= 0 || isNaN(data110)){
const err223 = {instancePath:instancePath+"/timestep/timestep_sigma",schemaPath:"#/properties/timestep/properties/timestep_sigma/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err223];
}
else {
vErrors.push(err223);
}
errors++;
}
}
else {
const err224 = {instancePath:instancePath+"/timestep/timestep_sigma",schemaPath:"#/properties/timestep/properties/timestep_sigma/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err224];
}
else {
vErrors.push(err224);
}
errors++;
}
}
if(data107.adaptive_ratio !== undefined){
let data111 = data107.adaptive_ratio;
if((typeof data111 == "number") && (isFinite(data111))){
if(data111 > 1 || isNaN(data111)){
const err225 = {instancePath:instancePath+"/timestep/adaptive_ratio",schemaPath:"#/properties/timestep/properties/adaptive_ratio/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err225];
}
else {
vErrors.push(err225);
}
errors++;
}
if(data111 < 0 || isNaN(data111)){
const err226 = {instancePath:instancePath+"/timestep/adaptive_ratio",schemaPath:"#/properties/timestep/properties/adaptive_ratio/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err226];
}
else {
vErrors.push(err226);
}
errors++;
}
}
else {
const err227 = {instancePath:instancePath+"/timestep/adaptive_ratio",schemaPath:"#/properties/timestep/properties/adaptive_ratio/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err227];
}
else {
vErrors.push(err227);
}
errors++;
}
}
}
else {
const err228 = {instancePath:instancePath+"/timestep",schemaPath:"#/properties/timestep/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err228];
}
else {
vErrors.push(err228);
}
errors++;
}
}
if(data.base_precision !== undefined){
let data112 = data.base_precision;
if(!((((data112 === "auto") || (data112 === "8bit")) || (data112 === "int8")) || (data112 === "fp8"))){
const err229 = {instancePath:instancePath+"/base_precision",schemaPath:"#/properties/base_precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.base_precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err229];
}
else {
vErrors.push(err229);
}
errors++;
}
}
if(data.cfg_dropout !== undefined){
let data113 = data.cfg_dropout;
if((typeof data113 == "number") && (isFinite(data113))){
if(data113 > 1 || isNaN(data113)){
const err230 = {instancePath:instancePath+"/cfg_dropout",schemaPath:"#/properties/cfg_dropout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err230];
}
else {
vErrors.push(err230);
}
errors++;
}
if(data113 < 0 || isNaN(data113)){
const err231 = {instancePath:instancePath+"/cfg_dropout",schemaPath:"#/properties/cfg_dropout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err231];
}
else {
vErrors.push(err231);
}
errors++;
}
}
else {
const err232 = {instancePath:instancePath+"/cfg_dropout",schemaPath:"#/properties/cfg_dropout/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err232];
}
else {
vErrors.push(err232);
}
errors++;
}
}
if(data.loss_weighting !== undefined){
let data114 = data.loss_weighting;
if(!((data114 === "none") || (data114 === "min_snr"))){
const err233 = {instancePath:instancePath+"/loss_weighting",schemaPath:"#/properties/loss_weighting/enum",keyword:"enum",params:{allowedValues: schema11.properties.loss_weighting.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err233];
}
else {
vErrors.push(err233);
}
errors++;
}
}
if(data.snr_gamma !== undefined){
let data115 = data.snr_gamma;
if((typeof data115 == "number") && (isFinite(data115))){
if(data115 <= 0 || isNaN(data115)){
const err234 = {instancePath:instancePath+"/snr_gamma",schemaPath:"#/properties/snr_gamma/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err234];
}
else {
vErrors.push(err234);
}
errors++;
}
}
else {
const err235 = {instancePath:instancePath+"/snr_gamma",schemaPath:"#/properties/snr_gamma/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err235];
}
else {
vErrors.push(err235);
}
errors++;
}
}
if(data.padding !== undefined){
let data116 = data.padding;
if(!((data116 === "masked") || (data116 === "upstream"))){
const err236 = {instancePath:instancePath+"/padding",schemaPath:"#/properties/padding/enum",keyword:"enum",params:{allowedValues: schema11.properties.padding.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err236];
}
else {
vErrors.push(err236);
}
errors++;
}
}
if(data.optimizer !== undefined){
let data117 = data.optimizer;
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
if(data117.type === undefined){
const err237 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err237];
}
else {
vErrors.push(err237);
}
errors++;
}
const tag1 = data117.type;
if(typeof tag1 == "string"){
if(tag1 === "adamw"){
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
if(data117.type === undefined){
const err238 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/0/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err238];
}
else {
vErrors.push(err238);
}
errors++;
}
for(const key17 in data117){
if(!(((((key17 === "type") || (key17 === "learning_rate")) || (key17 === "weight_decay")) || (key17 === "betas")) || (key17 === "eps"))){
const err239 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err239];
}
else {
vErrors.push(err239);
}
errors++;
}
}
if(data117.type !== undefined){
if("adamw" !== data117.type){
const err240 = {instancePath:instancePath+"/optimizer/type",schemaPath:"#/properties/optimizer/oneOf/0/properties/type/const",keyword:"const",params:{allowedValue: "adamw"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err240];
}
else {
vErrors.push(err240);
}
errors++;
}
}
if(data117.learning_rate !== undefined){
let data119 = data117.learning_rate;
if((typeof data119 == "number") && (isFinite(data119))){
if(data119 > 100 || isNaN(data119)){
const err241 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/0/properties/learning_rate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err241];
}
else {
vErrors.push(err241);
}
errors++;
}
if(data119 <= 0 || isNaN(data119)){
const err242 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/0/properties/learning_rate/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err242];
}
else {
vErrors.push(err242);
}
errors++;
}
}
else {
const err243 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/0/properties/learning_rate/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err243];
}
else {
vErrors.push(err243);
}
errors++;
}
}
if(data117.weight_decay !== undefined){
let data120 = data117.weight_decay;
if((typeof data120 == "number") && (isFinite(data120))){
if(data120 < 0 || isNaN(data120)){
const err244 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/0/properties/weight_decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err244];
}
else {
vErrors.push(err244);
}
errors++;
}
}
else {
const err245 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/0/properties/weight_decay/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err245];
}
else {
vErrors.push(err245);
}
errors++;
}
}
if(data117.betas !== undefined){
let data121 = data117.betas;
if(Array.isArray(data121)){
if(data121.length > 2){
const err246 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/0/properties/betas/maxItems",keyword:"maxItems",params:{limit: 2},message:"must NOT have more than 2 items"};
if(vErrors === null){
vErrors = [err246];
}
else {
vErrors.push(err246);
}
errors++;
}
if(data121.length < 2){
const err247 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/0/properties/betas/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err247];
}
else {
vErrors.push(err247);
}
errors++;
}
const len16 = data121.length;
for(let i31=0; i31<len16; i31++){
let data122 = data121[i31];
if((typeof data122 == "number") && (isFinite(data122))){
if(data122 < 0 || isNaN(data122)){
const err248 = {instancePath:instancePath+"/optimizer/betas/" + i31,schemaPath:"#/properties/optimizer/oneOf/0/properties/betas/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err248];
}
else {
vErrors.push(err248);
}
errors++;
}
if(data122 >= 1 || isNaN(data122)){
const err249 = {instancePath:instancePath+"/optimizer/betas/" + i31,schemaPath:"#/properties/optimizer/oneOf/0/properties/betas/items/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err249];
}
else {
vErrors.push(err249);
}
errors++;
}
}
else {
const err250 = {instancePath:instancePath+"/optimizer/betas/" + i31,schemaPath:"#/properties/optimizer/oneOf/0/properties/betas/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err250];
}
else {
vErrors.push(err250);
}
errors++;
}
}
}
else {
const err251 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/0/properties/betas/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err251];
}
else {
vErrors.push(err251);
}
errors++;
}
}
if(data117.eps !== undefined){
let data123 = data117.eps;
if((typeof data123 == "number") && (isFinite(data123))){
if(data123 <= 0 || isNaN(data123)){
const err252 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/0/properties/eps/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err252];
}
else {
vErrors.push(err252);
}
errors++;
}
}
else {
const err253 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/0/properties/eps/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err253];
}
else {
vErrors.push(err253);
}
errors++;
}
}
}
else {
const err254 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err254];
}
else {
vErrors.push(err254);
}
errors++;
}
}
else if(tag1 === "adamw8bit"){
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
if(data117.type === undefined){
const err255 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/1/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err255];
}
else {
vErrors.push(err255);
}
errors++;
}
for(const key18 in data117){
if(!(((((key18 === "type") || (key18 === "learning_rate")) || (key18 === "weight_decay")) || (key18 === "betas")) || (key18 === "eps"))){
const err256 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err256];
}
else {
vErrors.push(err256);
}
errors++;
}
}
if(data117.type !== undefined){
if("adamw8bit" !== data117.type){
const err257 = {instancePath:instancePath+"/optimizer/type",schemaPath:"#/properties/optimizer/oneOf/1/properties/type/const",keyword:"const",params:{allowedValue: "adamw8bit"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err257];
}
else {
vErrors.push(err257);
}
errors++;
}
}
if(data117.learning_rate !== undefined){
let data125 = data117.learning_rate;
if((typeof data125 == "number") && (isFinite(data125))){
if(data125 > 100 || isNaN(data125)){
const err258 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/1/properties/learning_rate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err258];
}
else {
vErrors.push(err258);
}
errors++;
}
if(data125 <= 0 || isNaN(data125)){
const err259 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/1/properties/learning_rate/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err259];
}
else {
vErrors.push(err259);
}
errors++;
}
}
else {
const err260 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/1/properties/learning_rate/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err260];
}
else {
vErrors.push(err260);
}
errors++;
}
}
if(data117.weight_decay !== undefined){
let data126 = data117.weight_decay;
if((typeof data126 == "number") && (isFinite(data126))){
if(data126 < 0 || isNaN(data126)){
const err261 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/1/properties/weight_decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err261];
}
else {
vErrors.push(err261);
}
errors++;
}
}
else {
const err262 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/1/properties/weight_decay/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err262];
}
else {
vErrors.push(err262);
}
errors++;
}
}
if(data117.betas !== undefined){
let data127 = data117.betas;
if(Array.isArray(data127)){
if(data127.length > 2){
const err263 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/1/properties/betas/maxItems",keyword:"maxItems",params:{limit: 2},message:"must NOT have more than 2 items"};
if(vErrors === null){
vErrors = [err263];
}
else {
vErrors.push(err263);
}
errors++;
}
if(data127.length < 2){
const err264 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/1/properties/betas/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err264];
}
else {
vErrors.push(err264);
}
errors++;
}
const len17 = data127.length;
for(let i32=0; i32<len17; i32++){
let data128 = data127[i32];
if((typeof data128 == "number") && (isFinite(data128))){
if(data128 < 0 || isNaN(data128)){
const err265 = {instancePath:instancePath+"/optimizer/betas/" + i32,schemaPath:"#/properties/optimizer/oneOf/1/properties/betas/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err265];
}
else {
vErrors.push(err265);
}
errors++;
}
if(data128 >= 1 || isNaN(data128)){
const err266 = {instancePath:instancePath+"/optimizer/betas/" + i32,schemaPath:"#/properties/optimizer/oneOf/1/properties/betas/items/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err266];
}
else {
vErrors.push(err266);
}
errors++;
}
}
else {
const err267 = {instancePath:instancePath+"/optimizer/betas/" + i32,schemaPath:"#/properties/optimizer/oneOf/1/properties/betas/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err267];
}
else {
vErrors.push(err267);
}
errors++;
}
}
}
else {
const err268 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/1/properties/betas/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err268];
}
else {
vErrors.push(err268);
}
errors++;
}
}
if(data117.eps !== undefined){
let data129 = data117.eps;
if((typeof data129 == "number") && (isFinite(data129))){
if(data129 <= 0 || isNaN(data129)){
const err269 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/1/properties/eps/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err269];
}
else {
vErrors.push(err269);
}
errors++;
}
}
else {
const err270 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/1/properties/eps/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err270];
}
else {
vErrors.push(err270);
}
errors++;
}
}
}
else {
const err271 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err271];
}
else {
vErrors.push(err271);
}
errors++;
}
}
else if(tag1 === "adafactor"){
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
if(data117.type === undefined){
const err272 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/2/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err272];
}
else {
vErrors.push(err272);
}
errors++;
}
for(const key19 in data117){
if(!((((((key19 === "type") || (key19 === "learning_rate")) || (key19 === "weight_decay")) || (key19 === "decay_rate")) || (key19 === "clip_threshold")) || (key19 === "eps"))){
const err273 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/2/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key19},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err273];
}
else {
vErrors.push(err273);
}
errors++;
}
}
if(data117.type !== undefined){
if("adafactor" !== data117.type){
const err274 = {instancePath:instancePath+"/optimizer/type",schemaPath:"#/properties/optimizer/oneOf/2/properties/type/const",keyword:"const",params:{allowedValue: "adafactor"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err274];
}
else {
vErrors.push(err274);
}
errors++;
}
}
if(data117.learning_rate !== undefined){
let data131 = data117.learning_rate;
if((typeof data131 == "number") && (isFinite(data131))){
if(data131 > 100 || isNaN(data131)){
const err275 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/2/properties/learning_rate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err275];
}
else {
vErrors.push(err275);
}
errors++;
}
if(data131 <= 0 || isNaN(data131)){
const err276 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/2/properties/learning_rate/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err276];
}
else {
vErrors.push(err276);
}
errors++;
}
}
else {
const err277 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/2/properties/learning_rate/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err277];
}
else {
vErrors.push(err277);
}
errors++;
}
}
if(data117.weight_decay !== undefined){
let data132 = data117.weight_decay;
if((typeof data132 == "number") && (isFinite(data132))){
if(data132 < 0 || isNaN(data132)){
const err278 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/2/properties/weight_decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err278];
}
else {
vErrors.push(err278);
}
errors++;
}
}
else {
const err279 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/2/properties/weight_decay/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err279];
}
else {
vErrors.push(err279);
}
errors++;
}
}
if(data117.decay_rate !== undefined){
let data133 = data117.decay_rate;
if((typeof data133 == "number") && (isFinite(data133))){
if(data133 >= 0 || isNaN(data133)){
const err280 = {instancePath:instancePath+"/optimizer/decay_rate",schemaPath:"#/properties/optimizer/oneOf/2/properties/decay_rate/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 0},message:"must be < 0"};
if(vErrors === null){
vErrors = [err280];
}
else {
vErrors.push(err280);
}
errors++;
}
}
else {
const err281 = {instancePath:instancePath+"/optimizer/decay_rate",schemaPath:"#/properties/optimizer/oneOf/2/properties/decay_rate/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err281];
}
else {
vErrors.push(err281);
}
errors++;
}
}
if(data117.clip_threshold !== undefined){
let data134 = data117.clip_threshold;
if((typeof data134 == "number") && (isFinite(data134))){
if(data134 <= 0 || isNaN(data134)){
const err282 = {instancePath:instancePath+"/optimizer/clip_threshold",schemaPath:"#/properties/optimizer/oneOf/2/properties/clip_threshold/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err282];
}
else {
vErrors.push(err282);
}
errors++;
}
}
else {
const err283 = {instancePath:instancePath+"/optimizer/clip_threshold",schemaPath:"#/properties/optimizer/oneOf/2/properties/clip_threshold/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err283];
}
else {
vErrors.push(err283);
}
errors++;
}
}
if(data117.eps !== undefined){
let data135 = data117.eps;
if((typeof data135 == "number") && (isFinite(data135))){
if(data135 <= 0 || isNaN(data135)){
const err284 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/2/properties/eps/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err284];
}
else {
vErrors.push(err284);
}
errors++;
}
}
else {
const err285 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/2/properties/eps/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err285];
}
else {
vErrors.push(err285);
}
errors++;
}
}
}
else {
const err286 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/2/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err286];
}
else {
vErrors.push(err286);
}
errors++;
}
}
else if(tag1 === "prodigy"){
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
if(data117.type === undefined){
const err287 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/3/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err287];
}
else {
vErrors.push(err287);
}
errors++;
}
for(const key20 in data117){
if(!(func2.call(schema11.properties.optimizer.oneOf[3].properties, key20))){
const err288 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/3/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key20},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err288];
}
else {
vErrors.push(err288);
}
errors++;
}
}
if(data117.type !== undefined){
if("prodigy" !== data117.type){
const err289 = {instancePath:instancePath+"/optimizer/type",schemaPath:"#/properties/optimizer/oneOf/3/properties/type/const",keyword:"const",params:{allowedValue: "prodigy"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err289];
}
else {
vErrors.push(err289);
}
errors++;
}
}
if(data117.learning_rate !== undefined){
let data137 = data117.learning_rate;
if((typeof data137 == "number") && (isFinite(data137))){
if(data137 > 100 || isNaN(data137)){
const err290 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/3/properties/learning_rate/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err290];
}
else {
vErrors.push(err290);
}
errors++;
}
if(data137 <= 0 || isNaN(data137)){
const err291 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/3/properties/learning_rate/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err291];
}
else {
vErrors.push(err291);
}
errors++;
}
}
else {
const err292 = {instancePath:instancePath+"/optimizer/learning_rate",schemaPath:"#/properties/optimizer/oneOf/3/properties/learning_rate/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err292];
}
else {
vErrors.push(err292);
}
errors++;
}
}
if(data117.weight_decay !== undefined){
let data138 = data117.weight_decay;
if((typeof data138 == "number") && (isFinite(data138))){
if(data138 < 0 || isNaN(data138)){
const err293 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/3/properties/weight_decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err293];
}
else {
vErrors.push(err293);
}
errors++;
}
}
else {
const err294 = {instancePath:instancePath+"/optimizer/weight_decay",schemaPath:"#/properties/optimizer/oneOf/3/properties/weight_decay/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err294];
}
else {
vErrors.push(err294);
}
errors++;
}
}
if(data117.betas !== undefined){
let data139 = data117.betas;
if(Array.isArray(data139)){
if(data139.length > 2){
const err295 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/3/properties/betas/maxItems",keyword:"maxItems",params:{limit: 2},message:"must NOT have more than 2 items"};
if(vErrors === null){
vErrors = [err295];
}
else {
vErrors.push(err295);
}
errors++;
}
if(data139.length < 2){
const err296 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/3/properties/betas/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err296];
}
else {
vErrors.push(err296);
}
errors++;
}
const len18 = data139.length;
for(let i33=0; i33<len18; i33++){
let data140 = data139[i33];
if((typeof data140 == "number") && (isFinite(data140))){
if(data140 < 0 || isNaN(data140)){
const err297 = {instancePath:instancePath+"/optimizer/betas/" + i33,schemaPath:"#/properties/optimizer/oneOf/3/properties/betas/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err297];
}
else {
vErrors.push(err297);
}
errors++;
}
if(data140 >= 1 || isNaN(data140)){
const err298 = {instancePath:instancePath+"/optimizer/betas/" + i33,schemaPath:"#/properties/optimizer/oneOf/3/properties/betas/items/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err298];
}
else {
vErrors.push(err298);
}
errors++;
}
}
else {
const err299 = {instancePath:instancePath+"/optimizer/betas/" + i33,schemaPath:"#/properties/optimizer/oneOf/3/properties/betas/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err299];
}
else {
vErrors.push(err299);
}
errors++;
}
}
}
else {
const err300 = {instancePath:instancePath+"/optimizer/betas",schemaPath:"#/properties/optimizer/oneOf/3/properties/betas/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err300];
}
else {
vErrors.push(err300);
}
errors++;
}
}
if(data117.eps !== undefined){
let data141 = data117.eps;
if((typeof data141 == "number") && (isFinite(data141))){
if(data141 <= 0 || isNaN(data141)){
const err301 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/3/properties/eps/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err301];
}
else {
vErrors.push(err301);
}
errors++;
}
}
else {
const err302 = {instancePath:instancePath+"/optimizer/eps",schemaPath:"#/properties/optimizer/oneOf/3/properties/eps/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err302];
}
else {
vErrors.push(err302);
}
errors++;
}
}
if(data117.d0 !== undefined){
let data142 = data117.d0;
if((typeof data142 == "number") && (isFinite(data142))){
if(data142 <= 0 || isNaN(data142)){
const err303 = {instancePath:instancePath+"/optimizer/d0",schemaPath:"#/properties/optimizer/oneOf/3/properties/d0/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err303];
}
else {
vErrors.push(err303);
}
errors++;
}
}
else {
const err304 = {instancePath:instancePath+"/optimizer/d0",schemaPath:"#/properties/optimizer/oneOf/3/properties/d0/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err304];
}
else {
vErrors.push(err304);
}
errors++;
}
}
if(data117.d_coef !== undefined){
let data143 = data117.d_coef;
if((typeof data143 == "number") && (isFinite(data143))){
if(data143 <= 0 || isNaN(data143)){
const err305 = {instancePath:instancePath+"/optimizer/d_coef",schemaPath:"#/properties/optimizer/oneOf/3/properties/d_coef/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err305];
}
else {
vErrors.push(err305);
}
errors++;
}
}
else {
const err306 = {instancePath:instancePath+"/optimizer/d_coef",schemaPath:"#/properties/optimizer/oneOf/3/properties/d_coef/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err306];
}
else {
vErrors.push(err306);
}
errors++;
}
}
if(data117.use_bias_correction !== undefined){
if(typeof data117.use_bias_correction !== "boolean"){
const err307 = {instancePath:instancePath+"/optimizer/use_bias_correction",schemaPath:"#/properties/optimizer/oneOf/3/properties/use_bias_correction/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err307];
}
else {
vErrors.push(err307);
}
errors++;
}
}
if(data117.safeguard_warmup !== undefined){
if(typeof data117.safeguard_warmup !== "boolean"){
const err308 = {instancePath:instancePath+"/optimizer/safeguard_warmup",schemaPath:"#/properties/optimizer/oneOf/3/properties/safeguard_warmup/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err308];
}
else {
vErrors.push(err308);
}
errors++;
}
}
}
else {
const err309 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/oneOf/3/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err309];
}
else {
vErrors.push(err309);
}
errors++;
}
}
else {
const err310 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/discriminator",keyword:"discriminator",params:{error: "mapping", tag: "type", tagValue: tag1},message:"value of tag \"type\" must be in oneOf"};
if(vErrors === null){
vErrors = [err310];
}
else {
vErrors.push(err310);
}
errors++;
}
}
else {
const err311 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/discriminator",keyword:"discriminator",params:{error: "tag", tag: "type", tagValue: tag1},message:"tag \"type\" must be string"};
if(vErrors === null){
vErrors = [err311];
}
else {
vErrors.push(err311);
}
errors++;
}
}
else {
const err312 = {instancePath:instancePath+"/optimizer",schemaPath:"#/properties/optimizer/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err312];
}
else {
vErrors.push(err312);
}
errors++;
}
}
if(data.schedule !== undefined){
let data146 = data.schedule;
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.type === undefined){
const err313 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err313];
}
else {
vErrors.push(err313);
}
errors++;
}
const tag2 = data146.type;
if(typeof tag2 == "string"){
if(tag2 === "cosine"){
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.type === undefined){
const err314 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/0/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err314];
}
else {
vErrors.push(err314);
}
errors++;
}
for(const key21 in data146){
if(!((((key21 === "type") || (key21 === "warmup_steps")) || (key21 === "warmup_start_factor")) || (key21 === "floor_factor"))){
const err315 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key21},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err315];
}
else {
vErrors.push(err315);
}
errors++;
}
}
if(data146.type !== undefined){
if("cosine" !== data146.type){
const err316 = {instancePath:instancePath+"/schedule/type",schemaPath:"#/properties/schedule/oneOf/0/properties/type/const",keyword:"const",params:{allowedValue: "cosine"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err316];
}
else {
vErrors.push(err316);
}
errors++;
}
}
if(data146.warmup_steps !== undefined){
let data148 = data146.warmup_steps;
if(!(((typeof data148 == "number") && (!(data148 % 1) && !isNaN(data148))) && (isFinite(data148)))){
const err317 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/0/properties/warmup_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err317];
}
else {
vErrors.push(err317);
}
errors++;
}
if((typeof data148 == "number") && (isFinite(data148))){
if(data148 > 1000000000 || isNaN(data148)){
const err318 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/0/properties/warmup_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err318];
}
else {
vErrors.push(err318);
}
errors++;
}
if(data148 < 0 || isNaN(data148)){
const err319 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/0/properties/warmup_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err319];
}
else {
vErrors.push(err319);
}
errors++;
}
}
}
if(data146.warmup_start_factor !== undefined){
let data149 = data146.warmup_start_factor;
if((typeof data149 == "number") && (isFinite(data149))){
if(data149 > 1 || isNaN(data149)){
const err320 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/0/properties/warmup_start_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err320];
}
else {
vErrors.push(err320);
}
errors++;
}
if(data149 < 0 || isNaN(data149)){
const err321 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/0/properties/warmup_start_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err321];
}
else {
vErrors.push(err321);
}
errors++;
}
}
else {
const err322 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/0/properties/warmup_start_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err322];
}
else {
vErrors.push(err322);
}
errors++;
}
}
if(data146.floor_factor !== undefined){
let data150 = data146.floor_factor;
if((typeof data150 == "number") && (isFinite(data150))){
if(data150 > 1 || isNaN(data150)){
const err323 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/0/properties/floor_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err323];
}
else {
vErrors.push(err323);
}
errors++;
}
if(data150 < 0 || isNaN(data150)){
const err324 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/0/properties/floor_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err324];
}
else {
vErrors.push(err324);
}
errors++;
}
}
else {
const err325 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/0/properties/floor_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err325];
}
else {
vErrors.push(err325);
}
errors++;
}
}
}
else {
const err326 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err326];
}
else {
vErrors.push(err326);
}
errors++;
}
}
else if(tag2 === "cosine_restarts"){
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.type === undefined){
const err327 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/1/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err327];
}
else {
vErrors.push(err327);
}
errors++;
}
for(const key22 in data146){
if(!(((((key22 === "type") || (key22 === "warmup_steps")) || (key22 === "warmup_start_factor")) || (key22 === "floor_factor")) || (key22 === "n_restarts"))){
const err328 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key22},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err328];
}
else {
vErrors.push(err328);
}
errors++;
}
}
if(data146.type !== undefined){
if("cosine_restarts" !== data146.type){
const err329 = {instancePath:instancePath+"/schedule/type",schemaPath:"#/properties/schedule/oneOf/1/properties/type/const",keyword:"const",params:{allowedValue: "cosine_restarts"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err329];
}
else {
vErrors.push(err329);
}
errors++;
}
}
if(data146.warmup_steps !== undefined){
let data152 = data146.warmup_steps;
if(!(((typeof data152 == "number") && (!(data152 % 1) && !isNaN(data152))) && (isFinite(data152)))){
const err330 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/1/properties/warmup_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err330];
}
else {
vErrors.push(err330);
}
errors++;
}
if((typeof data152 == "number") && (isFinite(data152))){
if(data152 > 1000000000 || isNaN(data152)){
const err331 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/1/properties/warmup_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err331];
}
else {
vErrors.push(err331);
}
errors++;
}
if(data152 < 0 || isNaN(data152)){
const err332 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/1/properties/warmup_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err332];
}
else {
vErrors.push(err332);
}
errors++;
}
}
}
if(data146.warmup_start_factor !== undefined){
let data153 = data146.warmup_start_factor;
if((typeof data153 == "number") && (isFinite(data153))){
if(data153 > 1 || isNaN(data153)){
const err333 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/1/properties/warmup_start_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err333];
}
else {
vErrors.push(err333);
}
errors++;
}
if(data153 < 0 || isNaN(data153)){
const err334 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/1/properties/warmup_start_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err334];
}
else {
vErrors.push(err334);
}
errors++;
}
}
else {
const err335 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/1/properties/warmup_start_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err335];
}
else {
vErrors.push(err335);
}
errors++;
}
}
if(data146.floor_factor !== undefined){
let data154 = data146.floor_factor;
if((typeof data154 == "number") && (isFinite(data154))){
if(data154 > 1 || isNaN(data154)){
const err336 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/1/properties/floor_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err336];
}
else {
vErrors.push(err336);
}
errors++;
}
if(data154 < 0 || isNaN(data154)){
const err337 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/1/properties/floor_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err337];
}
else {
vErrors.push(err337);
}
errors++;
}
}
else {
const err338 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/1/properties/floor_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err338];
}
else {
vErrors.push(err338);
}
errors++;
}
}
if(data146.n_restarts !== undefined){
let data155 = data146.n_restarts;
if(!(((typeof data155 == "number") && (!(data155 % 1) && !isNaN(data155))) && (isFinite(data155)))){
const err339 = {instancePath:instancePath+"/schedule/n_restarts",schemaPath:"#/properties/schedule/oneOf/1/properties/n_restarts/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err339];
}
else {
vErrors.push(err339);
}
errors++;
}
if((typeof data155 == "number") && (isFinite(data155))){
if(data155 > 100000 || isNaN(data155)){
const err340 = {instancePath:instancePath+"/schedule/n_restarts",schemaPath:"#/properties/schedule/oneOf/1/properties/n_restarts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err340];
}
else {
vErrors.push(err340);
}
errors++;
}
if(data155 < 1 || isNaN(data155)){
const err341 = {instancePath:instancePath+"/schedule/n_restarts",schemaPath:"#/properties/schedule/oneOf/1/properties/n_restarts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err341];
}
else {
vErrors.push(err341);
}
errors++;
}
}
}
}
else {
const err342 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err342];
}
else {
vErrors.push(err342);
}
errors++;
}
}
else if(tag2 === "linear"){
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.type === undefined){
const err343 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/2/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err343];
}
else {
vErrors.push(err343);
}
errors++;
}
for(const key23 in data146){
if(!((((key23 === "type") || (key23 === "warmup_steps")) || (key23 === "warmup_start_factor")) || (key23 === "floor_factor"))){
const err344 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/2/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key23},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err344];
}
else {
vErrors.push(err344);
}
errors++;
}
}
if(data146.type !== undefined){
if("linear" !== data146.type){
const err345 = {instancePath:instancePath+"/schedule/type",schemaPath:"#/properties/schedule/oneOf/2/properties/type/const",keyword:"const",params:{allowedValue: "linear"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err345];
}
else {
vErrors.push(err345);
}
errors++;
}
}
if(data146.warmup_steps !== undefined){
let data157 = data146.warmup_steps;
if(!(((typeof data157 == "number") && (!(data157 % 1) && !isNaN(data157))) && (isFinite(data157)))){
const err346 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/2/properties/warmup_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err346];
}
else {
vErrors.push(err346);
}
errors++;
}
if((typeof data157 == "number") && (isFinite(data157))){
if(data157 > 1000000000 || isNaN(data157)){
const err347 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/2/properties/warmup_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err347];
}
else {
vErrors.push(err347);
}
errors++;
}
if(data157 < 0 || isNaN(data157)){
const err348 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/2/properties/warmup_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err348];
}
else {
vErrors.push(err348);
}
errors++;
}
}
}
if(data146.warmup_start_factor !== undefined){
let data158 = data146.warmup_start_factor;
if((typeof data158 == "number") && (isFinite(data158))){
if(data158 > 1 || isNaN(data158)){
const err349 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/2/properties/warmup_start_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err349];
}
else {
vErrors.push(err349);
}
errors++;
}
if(data158 < 0 || isNaN(data158)){
const err350 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/2/properties/warmup_start_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err350];
}
else {
vErrors.push(err350);
}
errors++;
}
}
else {
const err351 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/2/properties/warmup_start_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err351];
}
else {
vErrors.push(err351);
}
errors++;
}
}
if(data146.floor_factor !== undefined){
let data159 = data146.floor_factor;
if((typeof data159 == "number") && (isFinite(data159))){
if(data159 > 1 || isNaN(data159)){
const err352 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/2/properties/floor_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err352];
}
else {
vErrors.push(err352);
}
errors++;
}
if(data159 < 0 || isNaN(data159)){
const err353 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/2/properties/floor_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err353];
}
else {
vErrors.push(err353);
}
errors++;
}
}
else {
const err354 = {instancePath:instancePath+"/schedule/floor_factor",schemaPath:"#/properties/schedule/oneOf/2/properties/floor_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err354];
}
else {
vErrors.push(err354);
}
errors++;
}
}
}
else {
const err355 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/2/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err355];
}
else {
vErrors.push(err355);
}
errors++;
}
}
else if(tag2 === "constant"){
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.type === undefined){
const err356 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/3/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err356];
}
else {
vErrors.push(err356);
}
errors++;
}
for(const key24 in data146){
if(!(((key24 === "type") || (key24 === "warmup_steps")) || (key24 === "warmup_start_factor"))){
const err357 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/3/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key24},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err357];
}
else {
vErrors.push(err357);
}
errors++;
}
}
if(data146.type !== undefined){
if("constant" !== data146.type){
const err358 = {instancePath:instancePath+"/schedule/type",schemaPath:"#/properties/schedule/oneOf/3/properties/type/const",keyword:"const",params:{allowedValue: "constant"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err358];
}
else {
vErrors.push(err358);
}
errors++;
}
}
if(data146.warmup_steps !== undefined){
let data161 = data146.warmup_steps;
if(!(((typeof data161 == "number") && (!(data161 % 1) && !isNaN(data161))) && (isFinite(data161)))){
const err359 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/3/properties/warmup_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err359];
}
else {
vErrors.push(err359);
}
errors++;
}
if((typeof data161 == "number") && (isFinite(data161))){
if(data161 > 1000000000 || isNaN(data161)){
const err360 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/3/properties/warmup_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err360];
}
else {
vErrors.push(err360);
}
errors++;
}
if(data161 < 0 || isNaN(data161)){
const err361 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/3/properties/warmup_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err361];
}
else {
vErrors.push(err361);
}
errors++;
}
}
}
if(data146.warmup_start_factor !== undefined){
let data162 = data146.warmup_start_factor;
if((typeof data162 == "number") && (isFinite(data162))){
if(data162 > 1 || isNaN(data162)){
const err362 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/3/properties/warmup_start_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err362];
}
else {
vErrors.push(err362);
}
errors++;
}
if(data162 < 0 || isNaN(data162)){
const err363 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/3/properties/warmup_start_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err363];
}
else {
vErrors.push(err363);
}
errors++;
}
}
else {
const err364 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/3/properties/warmup_start_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err364];
}
else {
vErrors.push(err364);
}
errors++;
}
}
}
else {
const err365 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/3/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err365];
}
else {
vErrors.push(err365);
}
errors++;
}
}
else if(tag2 === "constant_with_warmup"){
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.type === undefined){
const err366 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/4/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err366];
}
else {
vErrors.push(err366);
}
errors++;
}
for(const key25 in data146){
if(!(((key25 === "type") || (key25 === "warmup_steps")) || (key25 === "warmup_start_factor"))){
const err367 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/4/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key25},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err367];
}
else {
vErrors.push(err367);
}
errors++;
}
}
if(data146.type !== undefined){
if("constant_with_warmup" !== data146.type){
const err368 = {instancePath:instancePath+"/schedule/type",schemaPath:"#/properties/schedule/oneOf/4/properties/type/const",keyword:"const",params:{allowedValue: "constant_with_warmup"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err368];
}
else {
vErrors.push(err368);
}
errors++;
}
}
if(data146.warmup_steps !== undefined){
let data164 = data146.warmup_steps;
if(!(((typeof data164 == "number") && (!(data164 % 1) && !isNaN(data164))) && (isFinite(data164)))){
const err369 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/4/properties/warmup_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err369];
}
else {
vErrors.push(err369);
}
errors++;
}
if((typeof data164 == "number") && (isFinite(data164))){
if(data164 > 1000000000 || isNaN(data164)){
const err370 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/4/properties/warmup_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err370];
}
else {
vErrors.push(err370);
}
errors++;
}
if(data164 < 0 || isNaN(data164)){
const err371 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/4/properties/warmup_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err371];
}
else {
vErrors.push(err371);
}
errors++;
}
}
}
if(data146.warmup_start_factor !== undefined){
let data165 = data146.warmup_start_factor;
if((typeof data165 == "number") && (isFinite(data165))){
if(data165 > 1 || isNaN(data165)){
const err372 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/4/properties/warmup_start_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err372];
}
else {
vErrors.push(err372);
}
errors++;
}
if(data165 < 0 || isNaN(data165)){
const err373 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/4/properties/warmup_start_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err373];
}
else {
vErrors.push(err373);
}
errors++;
}
}
else {
const err374 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/4/properties/warmup_start_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err374];
}
else {
vErrors.push(err374);
}
errors++;
}
}
}
else {
const err375 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/4/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err375];
}
else {
vErrors.push(err375);
}
errors++;
}
}
else if(tag2 === "custom"){
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.type === undefined){
const err376 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/5/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err376];
}
else {
vErrors.push(err376);
}
errors++;
}
if(data146.formula === undefined){
const err377 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/5/required",keyword:"required",params:{missingProperty: "formula"},message:"must have required property '"+"formula"+"'"};
if(vErrors === null){
vErrors = [err377];
}
else {
vErrors.push(err377);
}
errors++;
}
for(const key26 in data146){
if(!((((key26 === "type") || (key26 === "formula")) || (key26 === "warmup_steps")) || (key26 === "warmup_start_factor"))){
const err378 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/5/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key26},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err378];
}
else {
vErrors.push(err378);
}
errors++;
}
}
if(data146.type !== undefined){
if("custom" !== data146.type){
const err379 = {instancePath:instancePath+"/schedule/type",schemaPath:"#/properties/schedule/oneOf/5/properties/type/const",keyword:"const",params:{allowedValue: "custom"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err379];
}
else {
vErrors.push(err379);
}
errors++;
}
}
if(data146.formula !== undefined){
let data167 = data146.formula;
if(typeof data167 === "string"){
if(func3(data167) > 2000){
const err380 = {instancePath:instancePath+"/schedule/formula",schemaPath:"#/properties/schedule/oneOf/5/properties/formula/maxLength",keyword:"maxLength",params:{limit: 2000},message:"must NOT have more than 2000 characters"};
if(vErrors === null){
vErrors = [err380];
}
else {
vErrors.push(err380);
}
errors++;
}
if(func3(data167) < 1){
const err381 = {instancePath:instancePath+"/schedule/formula",schemaPath:"#/properties/schedule/oneOf/5/properties/formula/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err381];
}
else {
vErrors.push(err381);
}
errors++;
}
}
else {
const err382 = {instancePath:instancePath+"/schedule/formula",schemaPath:"#/properties/schedule/oneOf/5/properties/formula/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err382];
}
else {
vErrors.push(err382);
}
errors++;
}
}
if(data146.warmup_steps !== undefined){
let data168 = data146.warmup_steps;
if(!(((typeof data168 == "number") && (!(data168 % 1) && !isNaN(data168))) && (isFinite(data168)))){
const err383 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/5/properties/warmup_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err383];
}
else {
vErrors.push(err383);
}
errors++;
}
if((typeof data168 == "number") && (isFinite(data168))){
if(data168 > 1000000000 || isNaN(data168)){
const err384 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/5/properties/warmup_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err384];
}
else {
vErrors.push(err384);
}
errors++;
}
if(data168 < 0 || isNaN(data168)){
const err385 = {instancePath:instancePath+"/schedule/warmup_steps",schemaPath:"#/properties/schedule/oneOf/5/properties/warmup_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err385];
}
else {
vErrors.push(err385);
}
errors++;
}
}
}
if(data146.warmup_start_factor !== undefined){
let data169 = data146.warmup_start_factor;
if((typeof data169 == "number") && (isFinite(data169))){
if(data169 > 1 || isNaN(data169)){
const err386 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/5/properties/warmup_start_factor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err386];
}
else {
vErrors.push(err386);
}
errors++;
}
if(data169 < 0 || isNaN(data169)){
const err387 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/5/properties/warmup_start_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err387];
}
else {
vErrors.push(err387);
}
errors++;
}
}
else {
const err388 = {instancePath:instancePath+"/schedule/warmup_start_factor",schemaPath:"#/properties/schedule/oneOf/5/properties/warmup_start_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err388];
}
else {
vErrors.push(err388);
}
errors++;
}
}
}
else {
const err389 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/oneOf/5/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err389];
}
else {
vErrors.push(err389);
}
errors++;
}
}
else {
const err390 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/discriminator",keyword:"discriminator",params:{error: "mapping", tag: "type", tagValue: tag2},message:"value of tag \"type\" must be in oneOf"};
if(vErrors === null){
vErrors = [err390];
}
else {
vErrors.push(err390);
}
errors++;
}
}
else {
const err391 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/discriminator",keyword:"discriminator",params:{error: "tag", tag: "type", tagValue: tag2},message:"tag \"type\" must be string"};
if(vErrors === null){
vErrors = [err391];
}
else {
vErrors.push(err391);
}
errors++;
}
}
else {
const err392 = {instancePath:instancePath+"/schedule",schemaPath:"#/properties/schedule/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err392];
}
else {
vErrors.push(err392);
}
errors++;
}
}
if(data.batch_size !== undefined){
let data170 = data.batch_size;
if(!(((typeof data170 == "number") && (!(data170 % 1) && !isNaN(data170))) && (isFinite(data170)))){
const err393 = {instancePath:instancePath+"/batch_size",schemaPath:"#/properties/batch_size/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err393];
}
else {
vErrors.push(err393);
}
errors++;
}
if((typeof data170 == "number") && (isFinite(data170))){
if(data170 > 4096 || isNaN(data170)){
const err394 = {instancePath:instancePath+"/batch_size",schemaPath:"#/properties/batch_size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err394];
}
else {
vErrors.push(err394);
}
errors++;
}
if(data170 < 1 || isNaN(data170)){
const err395 = {instancePath:instancePath+"/batch_size",schemaPath:"#/properties/batch_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err395];
}
else {
vErrors.push(err395);
}
errors++;
}
}
}
if(data.gradient_accumulation_steps !== undefined){
let data171 = data.gradient_accumulation_steps;
if(!(((typeof data171 == "number") && (!(data171 % 1) && !isNaN(data171))) && (isFinite(data171)))){
const err396 = {instancePath:instancePath+"/gradient_accumulation_steps",schemaPath:"#/properties/gradient_accumulation_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err396];
}
else {
vErrors.push(err396);
}
errors++;
}
if((typeof data171 == "number") && (isFinite(data171))){
if(data171 > 65536 || isNaN(data171)){
const err397 = {instancePath:instancePath+"/gradient_accumulation_steps",schemaPath:"#/properties/gradient_accumulation_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err397];
}
else {
vErrors.push(err397);
}
errors++;
}
if(data171 < 1 || isNaN(data171)){
const err398 = {instancePath:instancePath+"/gradient_accumulation_steps",schemaPath:"#/properties/gradient_accumulation_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err398];
}
else {
vErrors.push(err398);
}
errors++;
}
}
}
if(data.partial_accumulation !== undefined){
let data172 = data.partial_accumulation;
if(!((data172 === "mean") || (data172 === "upstream"))){
const err399 = {instancePath:instancePath+"/partial_accumulation",schemaPath:"#/properties/partial_accumulation/enum",keyword:"enum",params:{allowedValues: schema11.properties.partial_accumulation.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err399];
}
else {
vErrors.push(err399);
}
errors++;
}
}
if(data.epochs !== undefined){
let data173 = data.epochs;
if(!(((typeof data173 == "number") && (!(data173 % 1) && !isNaN(data173))) && (isFinite(data173)))){
const err400 = {instancePath:instancePath+"/epochs",schemaPath:"#/properties/epochs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err400];
}
else {
vErrors.push(err400);
}
errors++;
}
if((typeof data173 == "number") && (isFinite(data173))){
if(data173 > 1000000 || isNaN(data173)){
const err401 = {instancePath:instancePath+"/epochs",schemaPath:"#/properties/epochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err401];
}
else {
vErrors.push(err401);
}
errors++;
}
if(data173 < 1 || isNaN(data173)){
const err402 = {instancePath:instancePath+"/epochs",schemaPath:"#/properties/epochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err402];
}
else {
vErrors.push(err402);
}
errors++;
}
}
}
if(data.max_steps !== undefined){
let data174 = data.max_steps;
if(!(((typeof data174 == "number") && (!(data174 % 1) && !isNaN(data174))) && (isFinite(data174)))){
const err403 = {instancePath:instancePath+"/max_steps",schemaPath:"#/properties/max_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err403];
}
else {
vErrors.push(err403);
}
errors++;
}
if((typeof data174 == "number") && (isFinite(data174))){
if(data174 > 1000000000 || isNaN(data174)){
const err404 = {instancePath:instancePath+"/max_steps",schemaPath:"#/properties/max_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err404];
}
else {
vErrors.push(err404);
}
errors++;
}
if(data174 < 1 || isNaN(data174)){
const err405 = {instancePath:instancePath+"/max_steps",schemaPath:"#/properties/max_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err405];
}
else {
vErrors.push(err405);
}
errors++;
}
}
}
if(data.dataset_repeats !== undefined){
let data175 = data.dataset_repeats;
if(!(((typeof data175 == "number") && (!(data175 % 1) && !isNaN(data175))) && (isFinite(data175)))){
const err406 = {instancePath:instancePath+"/dataset_repeats",schemaPath:"#/properties/dataset_repeats/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err406];
}
else {
vErrors.push(err406);
}
errors++;
}
if((typeof data175 == "number") && (isFinite(data175))){
if(data175 > 100000 || isNaN(data175)){
const err407 = {instancePath:instancePath+"/dataset_repeats",schemaPath:"#/properties/dataset_repeats/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err407];
}
else {
vErrors.push(err407);
}
errors++;
}
if(data175 < 1 || isNaN(data175)){
const err408 = {instancePath:instancePath+"/dataset_repeats",schemaPath:"#/properties/dataset_repeats/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err408];
}
else {
vErrors.push(err408);
}
errors++;
}
}
}
if(data.shuffle !== undefined){
let data176 = data.shuffle;
if(!((data176 === "epoch") || (data176 === "none"))){
const err409 = {instancePath:instancePath+"/shuffle",schemaPath:"#/properties/shuffle/enum",keyword:"enum",params:{allowedValues: schema11.properties.shuffle.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err409];
}
else {
vErrors.push(err409);
}
errors++;
}
}
if(data.max_grad_norm !== undefined){
let data177 = data.max_grad_norm;
if((typeof data177 == "number") && (isFinite(data177))){
if(data177 < 0 || isNaN(data177)){
const err410 = {instancePath:instancePath+"/max_grad_norm",schemaPath:"#/properties/max_grad_norm/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err410];
}
else {
vErrors.push(err410);
}
errors++;
}
}
else {
const err411 = {instancePath:instancePath+"/max_grad_norm",schemaPath:"#/properties/max_grad_norm/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err411];
}
else {
vErrors.push(err411);
}
errors++;
}
}
if(data.seed !== undefined){
let data178 = data.seed;
if(!(((typeof data178 == "number") && (!(data178 % 1) && !isNaN(data178))) && (isFinite(data178)))){
const err412 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err412];
}
else {
vErrors.push(err412);
}
errors++;
}
if((typeof data178 == "number") && (isFinite(data178))){
if(data178 > 9007199254740991 || isNaN(data178)){
const err413 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err413];
}
else {
vErrors.push(err413);
}
errors++;
}
if(data178 < 0 || isNaN(data178)){
const err414 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err414];
}
else {
vErrors.push(err414);
}
errors++;
}
}
}
if(data.precision !== undefined){
let data179 = data.precision;
if(!((((data179 === "auto") || (data179 === "f32")) || (data179 === "bf16")) || (data179 === "f16"))){
const err415 = {instancePath:instancePath+"/precision",schemaPath:"#/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err415];
}
else {
vErrors.push(err415);
}
errors++;
}
}
if(data.gradient_checkpointing !== undefined){
let data180 = data.gradient_checkpointing;
if(data180 && typeof data180 == "object" && !Array.isArray(data180)){
for(const key27 in data180){
if(!(((key27 === "enabled") || (key27 === "ratio")) || (key27 === "offload"))){
const err416 = {instancePath:instancePath+"/gradient_checkpointing",schemaPath:"#/properties/gradient_checkpointing/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key27},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err416];
}
else {
vErrors.push(err416);
}
errors++;
}
}
if(data180.enabled !== undefined){
if(typeof data180.enabled !== "boolean"){
const err417 = {instancePath:instancePath+"/gradient_checkpointing/enabled",schemaPath:"#/properties/gradient_checkpointing/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err417];
}
else {
vErrors.push(err417);
}
errors++;
}
}
if(data180.ratio !== undefined){
let data182 = data180.ratio;
if((typeof data182 == "number") && (isFinite(data182))){
if(data182 > 1 || isNaN(data182)){
const err418 = {instancePath:instancePath+"/gradient_checkpointing/ratio",schemaPath:"#/properties/gradient_checkpointing/properties/ratio/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err418];
}
else {
vErrors.push(err418);
}
errors++;
}
if(data182 < 0 || isNaN(data182)){
const err419 = {instancePath:instancePath+"/gradient_checkpointing/ratio",schemaPath:"#/properties/gradient_checkpointing/properties/ratio/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err419];
}
else {
vErrors.push(err419);
}
errors++;
}
}
else {
const err420 = {instancePath:instancePath+"/gradient_checkpointing/ratio",schemaPath:"#/properties/gradient_checkpointing/properties/ratio/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err420];
}
else {
vErrors.push(err420);
}
errors++;
}
}
if(data180.offload !== undefined){
if(typeof data180.offload !== "boolean"){
const err421 = {instancePath:instancePath+"/gradient_checkpointing/offload",schemaPath:"#/properties/gradient_checkpointing/properties/offload/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err421];
}
else {
vErrors.push(err421);
}
errors++;
}
}
}
else {
const err422 = {instancePath:instancePath+"/gradient_checkpointing",schemaPath:"#/properties/gradient_checkpointing/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err422];
}
else {
vErrors.push(err422);
}
errors++;
}
}
if(data.crop !== undefined){
let data184 = data.crop;
if(data184 && typeof data184 == "object" && !Array.isArray(data184)){
for(const key28 in data184){
if(!((((key28 === "chunk_duration") || (key28 === "max_latent_length")) || (key28 === "start")) || (key28 === "decay_every_epochs"))){
const err423 = {instancePath:instancePath+"/crop",schemaPath:"#/properties/crop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key28},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err423];
}
else {
vErrors.push(err423);
}
errors++;
}
}
if(data184.chunk_duration !== undefined){
let data185 = data184.chunk_duration;
if((typeof data185 == "number") && (isFinite(data185))){
if(data185 > 3600 || isNaN(data185)){
const err424 = {instancePath:instancePath+"/crop/chunk_duration",schemaPath:"#/properties/crop/properties/chunk_duration/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err424];
}
else {
vErrors.push(err424);
}
errors++;
}
if(data185 < 1 || isNaN(data185)){
const err425 = {instancePath:instancePath+"/crop/chunk_duration",schemaPath:"#/properties/crop/properties/chunk_duration/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err425];
}
else {
vErrors.push(err425);
}
errors++;
}
}
else {
const err426 = {instancePath:instancePath+"/crop/chunk_duration",schemaPath:"#/properties/crop/properties/chunk_duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err426];
}
else {
vErrors.push(err426);
}
errors++;
}
}
if(data184.max_latent_length !== undefined){
let data186 = data184.max_latent_length;
if(!(((typeof data186 == "number") && (!(data186 % 1) && !isNaN(data186))) && (isFinite(data186)))){
const err427 = {instancePath:instancePath+"/crop/max_latent_length",schemaPath:"#/properties/crop/properties/max_latent_length/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err427];
}
else {
vErrors.push(err427);
}
errors++;
}
if((typeof data186 == "number") && (isFinite(data186))){
if(data186 > 1000000 || isNaN(data186)){
const err428 = {instancePath:instancePath+"/crop/max_latent_length",schemaPath:"#/properties/crop/properties/max_latent_length/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err428];
}
else {
vErrors.push(err428);
}
errors++;
}
if(data186 < 1 || isNaN(data186)){
const err429 = {instancePath:instancePath+"/crop/max_latent_length",schemaPath:"#/properties/crop/properties/max_latent_length/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err429];
}
else {
vErrors.push(err429);
}
errors++;
}
}
}
if(data184.start !== undefined){
let data187 = data184.start;
if(!((data187 === "coverage") || (data187 === "uniform"))){
const err430 = {instancePath:instancePath+"/crop/start",schemaPath:"#/properties/crop/properties/start/enum",keyword:"enum",params:{allowedValues: schema11.properties.crop.properties.start.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err430];
}
else {
vErrors.push(err430);
}
errors++;
}
}
if(data184.decay_every_epochs !== undefined){
let data188 = data184.decay_every_epochs;
if(!(((typeof data188 == "number") && (!(data188 % 1) && !isNaN(data188))) && (isFinite(data188)))){
const err431 = {instancePath:instancePath+"/crop/decay_every_epochs",schemaPath:"#/properties/crop/properties/decay_every_epochs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err431];
}
else {
vErrors.push(err431);
}
errors++;
}
if((typeof data188 == "number") && (isFinite(data188))){
if(data188 > 1000000 || isNaN(data188)){
const err432 = {instancePath:instancePath+"/crop/decay_every_epochs",schemaPath:"#/properties/crop/properties/decay_every_epochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err432];
}
else {
vErrors.push(err432);
}
errors++;
}
if(data188 < 0 || isNaN(data188)){
const err433 = {instancePath:instancePath+"/crop/decay_every_epochs",schemaPath:"#/properties/crop/properties/decay_every_epochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err433];
}
else {
vErrors.push(err433);
}
errors++;
}
}
}
}
else {
const err434 = {instancePath:instancePath+"/crop",schemaPath:"#/properties/crop/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err434];
}
else {
vErrors.push(err434);
}
errors++;
}
}
if(data.ema_decay !== undefined){
let data189 = data.ema_decay;
if((typeof data189 == "number") && (isFinite(data189))){
if(data189 < 0 || isNaN(data189)){
const err435 = {instancePath:instancePath+"/ema_decay",schemaPath:"#/properties/ema_decay/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err435];
}
else {
vErrors.push(err435);
}
errors++;
}
if(data189 >= 1 || isNaN(data189)){
const err436 = {instancePath:instancePath+"/ema_decay",schemaPath:"#/properties/ema_decay/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err436];
}
else {
vErrors.push(err436);
}
errors++;
}
}
else {
const err437 = {instancePath:instancePath+"/ema_decay",schemaPath:"#/properties/ema_decay/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err437];
}
else {
vErrors.push(err437);
}
errors++;
}
}
if(data.samples !== undefined){
let data190 = data.samples;
if(data190 && typeof data190 == "object" && !Array.isArray(data190)){
for(const key29 in data190){
if(!(func2.call(schema11.properties.samples.properties, key29))){
const err438 = {instancePath:instancePath+"/samples",schemaPath:"#/properties/samples/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key29},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err438];
}
else {
vErrors.push(err438);
}
errors++;
}
}
if(data190.every_epochs !== undefined){
let data191 = data190.every_epochs;
if(!(((typeof data191 == "number") && (!(data191 % 1) && !isNaN(data191))) && (isFinite(data191)))){
const err439 = {instancePath:instancePath+"/samples/every_epochs",schemaPath:"#/properties/samples/properties/every_epochs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err439];
}
else {
vErrors.push(err439);
}
errors++;
}
if((typeof data191 == "number") && (isFinite(data191))){
if(data191 > 1000000 || isNaN(data191)){
const err440 = {instancePath:instancePath+"/samples/every_epochs",schemaPath:"#/properties/samples/properties/every_epochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err440];
}
else {
vErrors.push(err440);
}
errors++;
}
if(data191 < 0 || isNaN(data191)){
const err441 = {instancePath:instancePath+"/samples/every_epochs",schemaPath:"#/properties/samples/properties/every_epochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err441];
}
else {
vErrors.push(err441);
}
errors++;
}
}
}
if(data190.every_steps !== undefined){
let data192 = data190.every_steps;
if(!(((typeof data192 == "number") && (!(data192 % 1) && !isNaN(data192))) && (isFinite(data192)))){
const err442 = {instancePath:instancePath+"/samples/every_steps",schemaPath:"#/properties/samples/properties/every_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err442];
}
else {
vErrors.push(err442);
}
errors++;
}
if((typeof data192 == "number") && (isFinite(data192))){
if(data192 > 1000000000 || isNaN(data192)){
const err443 = {instancePath:instancePath+"/samples/every_steps",schemaPath:"#/properties/samples/properties/every_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err443];
}
else {
vErrors.push(err443);
}
errors++;
}
if(data192 < 0 || isNaN(data192)){
const err444 = {instancePath:instancePath+"/samples/every_steps",schemaPath:"#/properties/samples/properties/every_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err444];
}
else {
vErrors.push(err444);
}
errors++;
}
}
}
if(data190.before_first_step !== undefined){
if(typeof data190.before_first_step !== "boolean"){
const err445 = {instancePath:instancePath+"/samples/before_first_step",schemaPath:"#/properties/samples/properties/before_first_step/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err445];
}
else {
vErrors.push(err445);
}
errors++;
}
}
if(data190.prompts !== undefined){
let data194 = data190.prompts;
if(Array.isArray(data194)){
if(data194.length < 1){
const err446 = {instancePath:instancePath+"/samples/prompts",schemaPath:"#/properties/samples/properties/prompts/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err446];
}
else {
vErrors.push(err446);
}
errors++;
}
const len19 = data194.length;
for(let i34=0; i34<len19; i34++){
let data195 = data194[i34];
if(data195 && typeof data195 == "object" && !Array.isArray(data195)){
for(const key30 in data195){
if(!(func2.call(schema11.properties.samples.properties.prompts.items.properties, key30))){
const err447 = {instancePath:instancePath+"/samples/prompts/" + i34,schemaPath:"#/properties/samples/properties/prompts/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key30},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err447];
}
else {
vErrors.push(err447);
}
errors++;
}
}
if(data195.caption !== undefined){
let data196 = data195.caption;
if(typeof data196 === "string"){
if(func3(data196) < 1){
const err448 = {instancePath:instancePath+"/samples/prompts/" + i34+"/caption",schemaPath:"#/properties/samples/properties/prompts/items/properties/caption/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err448];
}
else {
vErrors.push(err448);
}
errors++;
}
}
else {
const err449 = {instancePath:instancePath+"/samples/prompts/" + i34+"/caption",schemaPath:"#/properties/samples/properties/prompts/items/properties/caption/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err449];
}
else {
vErrors.push(err449);
}
errors++;
}
}
if(data195.name !== undefined){
let data197 = data195.name;
if(typeof data197 === "string"){
if(func3(data197) > 80){
const err450 = {instancePath:instancePath+"/samples/prompts/" + i34+"/name",schemaPath:"#/properties/samples/properties/prompts/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 80},message:"must NOT have more than 80 characters"};
if(vErrors === null){
vErrors = [err450];
}
else {
vErrors.push(err450);
}
errors++;
}
if(func3(data197) < 1){
const err451 = {instancePath:instancePath+"/samples/prompts/" + i34+"/name",schemaPath:"#/properties/samples/properties/prompts/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err451];
}
else {
vErrors.push(err451);
}
errors++;
}
}
else {
const err452 = {instancePath:instancePath+"/samples/prompts/" + i34+"/name",schemaPath:"#/properties/samples/properties/prompts/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err452];
}
else {
vErrors.push(err452);
}
errors++;
}
}
if(data195.sample !== undefined){
let data198 = data195.sample;
if(typeof data198 === "string"){
if(func3(data198) < 1){
const err453 = {instancePath:instancePath+"/samples/prompts/" + i34+"/sample",schemaPath:"#/properties/samples/properties/prompts/items/properties/sample/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err453];
}
else {
vErrors.push(err453);
}
errors++;
}
}
else {
const err454 = {instancePath:instancePath+"/samples/prompts/" + i34+"/sample",schemaPath:"#/properties/samples/properties/prompts/items/properties/sample/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err454];
}
else {
vErrors.push(err454);
}
errors++;
}
}
if(data195.lyrics !== undefined){
if(typeof data195.lyrics !== "string"){
const err455 = {instancePath:instancePath+"/samples/prompts/" + i34+"/lyrics",schemaPath:"#/properties/samples/properties/prompts/items/properties/lyrics/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err455];
}
else {
vErrors.push(err455);
}
errors++;
}
}
if(data195.language !== undefined){
let data200 = data195.language;
if(typeof data200 === "string"){
if(func3(data200) < 1){
const err456 = {instancePath:instancePath+"/samples/prompts/" + i34+"/language",schemaPath:"#/properties/samples/properties/prompts/items/properties/language/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err456];
}
else {
vErrors.push(err456);
}
errors++;
}
}
else {
const err457 = {instancePath:instancePath+"/samples/prompts/" + i34+"/language",schemaPath:"#/properties/samples/properties/prompts/items/properties/language/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err457];
}
else {
vErrors.push(err457);
}
errors++;
}
}
if(data195.bpm !== undefined){
let data201 = data195.bpm;
if((typeof data201 !== "string") && (!((typeof data201 == "number") && (isFinite(data201))))){
const err458 = {instancePath:instancePath+"/samples/prompts/" + i34+"/bpm",schemaPath:"#/properties/samples/properties/prompts/items/properties/bpm/type",keyword:"type",params:{type: schema11.properties.samples.properties.prompts.items.properties.bpm.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err458];
}
else {
vErrors.push(err458);
}
errors++;
}
if((typeof data201 == "number") && (isFinite(data201))){
if(data201 > 999 || isNaN(data201)){
const err459 = {instancePath:instancePath+"/samples/prompts/" + i34+"/bpm",schemaPath:"#/properties/samples/properties/prompts/items/properties/bpm/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999},message:"must be <= 999"};
if(vErrors === null){
vErrors = [err459];
}
else {
vErrors.push(err459);
}
errors++;
}
if(data201 <= 0 || isNaN(data201)){
const err460 = {instancePath:instancePath+"/samples/prompts/" + i34+"/bpm",schemaPath:"#/properties/samples/properties/prompts/items/properties/bpm/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err460];
}
else {
vErrors.push(err460);
}
errors++;
}
}
if(typeof data201 === "string"){
if(!pattern0.test(data201)){
const err461 = {instancePath:instancePath+"/samples/prompts/" + i34+"/bpm",schemaPath:"#/properties/samples/properties/prompts/items/properties/bpm/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$"},message:"must match pattern \""+"^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$"+"\""};
if(vErrors === null){
vErrors = [err461];
}
else {
vErrors.push(err461);
}
errors++;
}
}
}
if(data195.keyscale !== undefined){
if(typeof data195.keyscale !== "string"){
const err462 = {instancePath:instancePath+"/samples/prompts/" + i34+"/keyscale",schemaPath:"#/properties/samples/properties/prompts/items/properties/keyscale/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err462];
}
else {
vErrors.push(err462);
}
errors++;
}
}
if(data195.timesignature !== undefined){
let data203 = data195.timesignature;
if((typeof data203 !== "string") && (!((typeof data203 == "number") && (isFinite(data203))))){
const err463 = {instancePath:instancePath+"/samples/prompts/" + i34+"/timesignature",schemaPath:"#/properties/samples/properties/prompts/items/properties/timesignature/type",keyword:"type",params:{type: schema11.properties.samples.properties.prompts.items.properties.timesignature.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err463];
}
else {
vErrors.push(err463);
}
errors++;
}
if((typeof data203 == "number") && (isFinite(data203))){
if(data203 > 99 || isNaN(data203)){
const err464 = {instancePath:instancePath+"/samples/prompts/" + i34+"/timesignature",schemaPath:"#/properties/samples/properties/prompts/items/properties/timesignature/maximum",keyword:"maximum",params:{comparison: "<=", limit: 99},message:"must be <= 99"};
if(vErrors === null){
vErrors = [err464];
}
else {
vErrors.push(err464);
}
errors++;
}
if(data203 < 1 || isNaN(data203)){
const err465 = {instancePath:instancePath+"/samples/prompts/" + i34+"/timesignature",schemaPath:"#/properties/samples/properties/prompts/items/properties/timesignature/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err465];
}
else {
vErrors.push(err465);
}
errors++;
}
}
if(typeof data203 === "string"){
if(!pattern1.test(data203)){
const err466 = {instancePath:instancePath+"/samples/prompts/" + i34+"/timesignature",schemaPath:"#/properties/samples/properties/prompts/items/properties/timesignature/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$"},message:"must match pattern \""+"^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$"+"\""};
if(vErrors === null){
vErrors = [err466];
}
else {
vErrors.push(err466);
}
errors++;
}
}
}
if(data195.duration !== undefined){
let data204 = data195.duration;
if((typeof data204 == "number") && (isFinite(data204))){
if(data204 > 3600 || isNaN(data204)){
const err467 = {instancePath:instancePath+"/samples/prompts/" + i34+"/duration",schemaPath:"#/properties/samples/properties/prompts/items/properties/duration/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err467];
}
else {
vErrors.push(err467);
}
errors++;
}
if(data204 <= 0 || isNaN(data204)){
const err468 = {instancePath:instancePath+"/samples/prompts/" + i34+"/duration",schemaPath:"#/properties/samples/properties/prompts/items/properties/duration/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err468];
}
else {
vErrors.push(err468);
}
errors++;
}
}
else {
const err469 = {instancePath:instancePath+"/samples/prompts/" + i34+"/duration",schemaPath:"#/properties/samples/properties/prompts/items/properties/duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err469];
}
else {
vErrors.push(err469);
}
errors++;
}
}
}
else {
const err470 = {instancePath:instancePath+"/samples/prompts/" + i34,schemaPath:"#/properties/samples/properties/prompts/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err470];
}
else {
vErrors.push(err470);
}
errors++;
}
}
}
else {
const err471 = {instancePath:instancePath+"/samples/prompts",schemaPath:"#/properties/samples/properties/prompts/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err471];
}
else {
vErrors.push(err471);
}
errors++;
}
}
if(data190.dataset !== undefined){
let data205 = data190.dataset;
if(typeof data205 === "string"){
if(func3(data205) < 1){
const err472 = {instancePath:instancePath+"/samples/dataset",schemaPath:"#/properties/samples/properties/dataset/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err472];
}
else {
vErrors.push(err472);
}
errors++;
}
}
else {
const err473 = {instancePath:instancePath+"/samples/dataset",schemaPath:"#/properties/samples/properties/dataset/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err473];
}
else {
vErrors.push(err473);
}
errors++;
}
}
if(data190.seeds !== undefined){
let data206 = data190.seeds;
if(Array.isArray(data206)){
if(data206.length < 1){
const err474 = {instancePath:instancePath+"/samples/seeds",schemaPath:"#/properties/samples/properties/seeds/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err474];
}
else {
vErrors.push(err474);
}
errors++;
}
const len20 = data206.length;
for(let i35=0; i35<len20; i35++){
let data207 = data206[i35];
if(!(((typeof data207 == "number") && (!(data207 % 1) && !isNaN(data207))) && (isFinite(data207)))){
const err475 = {instancePath:instancePath+"/samples/seeds/" + i35,schemaPath:"#/properties/samples/properties/seeds/items/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err475];
}
else {
vErrors.push(err475);
}
errors++;
}
if((typeof data207 == "number") && (isFinite(data207))){
if(data207 > 9007199254740991 || isNaN(data207)){
const err476 = {instancePath:instancePath+"/samples/seeds/" + i35,schemaPath:"#/properties/samples/properties/seeds/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err476];
}
else {
vErrors.push(err476);
}
errors++;
}
if(data207 < 0 || isNaN(data207)){
const err477 = {instancePath:instancePath+"/samples/seeds/" + i35,schemaPath:"#/properties/samples/properties/seeds/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err477];
}
else {
vErrors.push(err477);
}
errors++;
}
}
}
let i36 = data206.length;
let j15;
if(i36 > 1){
const indices15 = {};
for(;i36--;){
let item15 = data206[i36];
if(!(((typeof item15 == "number") && (!(item15 % 1) && !isNaN(item15))) && (isFinite(item15)))){
continue;
}
if(typeof indices15[item15] == "number"){
j15 = indices15[item15];
const err478 = {instancePath:instancePath+"/samples/seeds",schemaPath:"#/properties/samples/properties/seeds/uniqueItems",keyword:"uniqueItems",params:{i: i36, j: j15},message:"must NOT have duplicate items (items ## "+j15+" and "+i36+" are identical)"};
if(vErrors === null){
vErrors = [err478];
}
else {
vErrors.push(err478);
}
errors++;
break;
}
indices15[item15] = i36;
}
}
}
else {
const err479 = {instancePath:instancePath+"/samples/seeds",schemaPath:"#/properties/samples/properties/seeds/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err479];
}
else {
vErrors.push(err479);
}
errors++;
}
}
if(data190.strengths !== undefined){
let data208 = data190.strengths;
if(Array.isArray(data208)){
if(data208.length < 1){
const err480 = {instancePath:instancePath+"/samples/strengths",schemaPath:"#/properties/samples/properties/strengths/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err480];
}
else {
vErrors.push(err480);
}
errors++;
}
const len21 = data208.length;
for(let i37=0; i37<len21; i37++){
let data209 = data208[i37];
if((typeof data209 == "number") && (isFinite(data209))){
if(data209 > 10 || isNaN(data209)){
const err481 = {instancePath:instancePath+"/samples/strengths/" + i37,schemaPath:"#/properties/samples/properties/strengths/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10},message:"must be <= 10"};
if(vErrors === null){
vErrors = [err481];
}
else {
vErrors.push(err481);
}
errors++;
}
if(data209 < -10 || isNaN(data209)){
const err482 = {instancePath:instancePath+"/samples/strengths/" + i37,schemaPath:"#/properties/samples/properties/strengths/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: -10},message:"must be >= -10"};
if(vErrors === null){
vErrors = [err482];
}
else {
vErrors.push(err482);
}
errors++;
}
}
else {
const err483 = {instancePath:instancePath+"/samples/strengths/" + i37,schemaPath:"#/properties/samples/properties/strengths/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err483];
}
else {
vErrors.push(err483);
}
errors++;
}
}
let i38 = data208.length;
let j16;
if(i38 > 1){
const indices16 = {};
for(;i38--;){
let item16 = data208[i38];
if(!((typeof item16 == "number") && (isFinite(item16)))){
continue;
}
if(typeof indices16[item16] == "number"){
j16 = indices16[item16];
const err484 = {instancePath:instancePath+"/samples/strengths",schemaPath:"#/properties/samples/properties/strengths/uniqueItems",keyword:"uniqueItems",params:{i: i38, j: j16},message:"must NOT have duplicate items (items ## "+j16+" and "+i38+" are identical)"};
if(vErrors === null){
vErrors = [err484];
}
else {
vErrors.push(err484);
}
errors++;
break;
}
indices16[item16] = i38;
}
}
}
else {
const err485 = {instancePath:instancePath+"/samples/strengths",schemaPath:"#/properties/samples/properties/strengths/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err485];
}
else {
vErrors.push(err485);
}
errors++;
}
}
if(data190.steps !== undefined){
let data210 = data190.steps;
if(!(((typeof data210 == "number") && (!(data210 % 1) && !isNaN(data210))) && (isFinite(data210)))){
const err486 = {instancePath:instancePath+"/samples/steps",schemaPath:"#/properties/samples/properties/steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err486];
}
else {
vErrors.push(err486);
}
errors++;
}
if((typeof data210 == "number") && (isFinite(data210))){
if(data210 > 1000 || isNaN(data210)){
const err487 = {instancePath:instancePath+"/samples/steps",schemaPath:"#/properties/samples/properties/steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err487];
}
else {
vErrors.push(err487);
}
errors++;
}
if(data210 < 1 || isNaN(data210)){
const err488 = {instancePath:instancePath+"/samples/steps",schemaPath:"#/properties/samples/properties/steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err488];
}
else {
vErrors.push(err488);
}
errors++;
}
}
}
if(data190.guidance_scale !== undefined){
let data211 = data190.guidance_scale;
if((typeof data211 == "number") && (isFinite(data211))){
if(data211 > 100 || isNaN(data211)){
const err489 = {instancePath:instancePath+"/samples/guidance_scale",schemaPath:"#/properties/samples/properties/guidance_scale/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err489];
}
else {
vErrors.push(err489);
}
errors++;
}
if(data211 < 1 || isNaN(data211)){
const err490 = {instancePath:instancePath+"/samples/guidance_scale",schemaPath:"#/properties/samples/properties/guidance_scale/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err490];
}
else {
vErrors.push(err490);
}
errors++;
}
}
else {
const err491 = {instancePath:instancePath+"/samples/guidance_scale",schemaPath:"#/properties/samples/properties/guidance_scale/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err491];
}
else {
vErrors.push(err491);
}
errors++;
}
}
if(data190.duration !== undefined){
let data212 = data190.duration;
if((typeof data212 == "number") && (isFinite(data212))){
if(data212 > 3600 || isNaN(data212)){
const err492 = {instancePath:instancePath+"/samples/duration",schemaPath:"#/properties/samples/properties/duration/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err492];
}
else {
vErrors.push(err492);
}
errors++;
}
if(data212 <= 0 || isNaN(data212)){
const err493 = {instancePath:instancePath+"/samples/duration",schemaPath:"#/properties/samples/properties/duration/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err493];
}
else {
vErrors.push(err493);
}
errors++;
}
}
else {
const err494 = {instancePath:instancePath+"/samples/duration",schemaPath:"#/properties/samples/properties/duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err494];
}
else {
vErrors.push(err494);
}
errors++;
}
}
}
else {
const err495 = {instancePath:instancePath+"/samples",schemaPath:"#/properties/samples/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err495];
}
else {
vErrors.push(err495);
}
errors++;
}
}
if(data.validation !== undefined){
let data213 = data.validation;
if(data213 && typeof data213 == "object" && !Array.isArray(data213)){
for(const key31 in data213){
if(!((((((key31 === "fraction") || (key31 === "tensors")) || (key31 === "every_epochs")) || (key31 === "timesteps")) || (key31 === "draws")) || (key31 === "seed"))){
const err496 = {instancePath:instancePath+"/validation",schemaPath:"#/properties/validation/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key31},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err496];
}
else {
vErrors.push(err496);
}
errors++;
}
}
if(data213.fraction !== undefined){
let data214 = data213.fraction;
if((typeof data214 == "number") && (isFinite(data214))){
if(data214 > 0.5 || isNaN(data214)){
const err497 = {instancePath:instancePath+"/validation/fraction",schemaPath:"#/properties/validation/properties/fraction/maximum",keyword:"maximum",params:{comparison: "<=", limit: 0.5},message:"must be <= 0.5"};
if(vErrors === null){
vErrors = [err497];
}
else {
vErrors.push(err497);
}
errors++;
}
if(data214 < 0 || isNaN(data214)){
const err498 = {instancePath:instancePath+"/validation/fraction",schemaPath:"#/properties/validation/properties/fraction/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err498];
}
else {
vErrors.push(err498);
}
errors++;
}
}
else {
const err499 = {instancePath:instancePath+"/validation/fraction",schemaPath:"#/properties/validation/properties/fraction/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err499];
}
else {
vErrors.push(err499);
}
errors++;
}
}
if(data213.tensors !== undefined){
let data215 = data213.tensors;
if((typeof data215 !== "string") && (!(Array.isArray(data215)))){
const err500 = {instancePath:instancePath+"/validation/tensors",schemaPath:"#/properties/validation/properties/tensors/type",keyword:"type",params:{type: schema11.properties.validation.properties.tensors.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err500];
}
else {
vErrors.push(err500);
}
errors++;
}
if(typeof data215 === "string"){
if(func3(data215) < 1){
const err501 = {instancePath:instancePath+"/validation/tensors",schemaPath:"#/properties/validation/properties/tensors/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err501];
}
else {
vErrors.push(err501);
}
errors++;
}
}
if(Array.isArray(data215)){
if(data215.length < 1){
const err502 = {instancePath:instancePath+"/validation/tensors",schemaPath:"#/properties/validation/properties/tensors/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err502];
}
else {
vErrors.push(err502);
}
errors++;
}
const len22 = data215.length;
for(let i39=0; i39<len22; i39++){
let data216 = data215[i39];
if((typeof data216 !== "string") && (!(data216 && typeof data216 == "object" && !Array.isArray(data216)))){
const err503 = {instancePath:instancePath+"/validation/tensors/" + i39,schemaPath:"#/properties/validation/properties/tensors/items/type",keyword:"type",params:{type: schema11.properties.validation.properties.tensors.items.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err503];
}
else {
vErrors.push(err503);
}
errors++;
}
if(typeof data216 === "string"){
if(func3(data216) < 1){
const err504 = {instancePath:instancePath+"/validation/tensors/" + i39,schemaPath:"#/properties/validation/properties/tensors/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err504];
}
else {
vErrors.push(err504);
}
errors++;
}
}
if(data216 && typeof data216 == "object" && !Array.isArray(data216)){
if(data216.from === undefined){
const err505 = {instancePath:instancePath+"/validation/tensors/" + i39,schemaPath:"#/properties/validation/properties/tensors/items/required",keyword:"required",params:{missingProperty: "from"},message:"must have required property '"+"from"+"'"};
if(vErrors === null){
vErrors = [err505];
}
else {
vErrors.push(err505);
}
errors++;
}
for(const key32 in data216){
if(!(((key32 === "from") || (key32 === "repeats")) || (key32 === "share"))){
const err506 = {instancePath:instancePath+"/validation/tensors/" + i39,schemaPath:"#/properties/validation/properties/tensors/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key32},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err506];
}
else {
vErrors.push(err506);
}
errors++;
}
}
if(data216.from !== undefined){
let data217 = data216.from;
if(typeof data217 === "string"){
if(func3(data217) < 1){
const err507 = {instancePath:instancePath+"/validation/tensors/" + i39+"/from",schemaPath:"#/properties/validation/properties/tensors/items/properties/from/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err507];
}
else {
vErrors.push(err507);
}
errors++;
}
}
else {
const err508 = {instancePath:instancePath+"/validation/tensors/" + i39+"/from",schemaPath:"#/properties/validation/properties/tensors/items/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err508];
}
else {
vErrors.push(err508);
}
errors++;
}
}
if(data216.repeats !== undefined){
let data218 = data216.repeats;
if(!(((typeof data218 == "number") && (!(data218 % 1) && !isNaN(data218))) && (isFinite(data218)))){
const err509 = {instancePath:instancePath+"/validation/tensors/" + i39+"/repeats",schemaPath:"#/properties/validation/properties/tensors/items/properties/repeats/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err509];
}
else {
vErrors.push(err509);
}
errors++;
}
if((typeof data218 == "number") && (isFinite(data218))){
if(data218 > 100000 || isNaN(data218)){
const err510 = {instancePath:instancePath+"/validation/tensors/" + i39+"/repeats",schemaPath:"#/properties/validation/properties/tensors/items/properties/repeats/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err510];
}
else {
vErrors.push(err510);
}
errors++;
}
if(data218 < 1 || isNaN(data218)){
const err511 = {instancePath:instancePath+"/validation/tensors/" + i39+"/repeats",schemaPath:"#/properties/validation/properties/tensors/items/properties/repeats/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err511];
}
else {
vErrors.push(err511);
}
errors++;
}
}
}
if(data216.share !== undefined){
let data219 = data216.share;
if((typeof data219 == "number") && (isFinite(data219))){
if(data219 > 1000000 || isNaN(data219)){
const err512 = {instancePath:instancePath+"/validation/tensors/" + i39+"/share",schemaPath:"#/properties/validation/properties/tensors/items/properties/share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err512];
}
else {
vErrors.push(err512);
}
errors++;
}
if(data219 <= 0 || isNaN(data219)){
const err513 = {instancePath:instancePath+"/validation/tensors/" + i39+"/share",schemaPath:"#/properties/validation/properties/tensors/items/properties/share/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err513];
}
else {
vErrors.push(err513);
}
errors++;
}
}
else {
const err514 = {instancePath:instancePath+"/validation/tensors/" + i39+"/share",schemaPath:"#/properties/validation/properties/tensors/items/properties/share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err514];
}
else {
vErrors.push(err514);
}
errors++;
}
}
}
}
}
}
if(data213.every_epochs !== undefined){
let data220 = data213.every_epochs;
if(!(((typeof data220 == "number") && (!(data220 % 1) && !isNaN(data220))) && (isFinite(data220)))){
const err515 = {instancePath:instancePath+"/validation/every_epochs",schemaPath:"#/properties/validation/properties/every_epochs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err515];
}
else {
vErrors.push(err515);
}
errors++;
}
if((typeof data220 == "number") && (isFinite(data220))){
if(data220 > 1000000 || isNaN(data220)){
const err516 = {instancePath:instancePath+"/validation/every_epochs",schemaPath:"#/properties/validation/properties/every_epochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err516];
}
else {
vErrors.push(err516);
}
errors++;
}
if(data220 < 1 || isNaN(data220)){
const err517 = {instancePath:instancePath+"/validation/every_epochs",schemaPath:"#/properties/validation/properties/every_epochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err517];
}
else {
vErrors.push(err517);
}
errors++;
}
}
}
if(data213.timesteps !== undefined){
let data221 = data213.timesteps;
if(Array.isArray(data221)){
if(data221.length > 100){
const err518 = {instancePath:instancePath+"/validation/timesteps",schemaPath:"#/properties/validation/properties/timesteps/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err518];
}
else {
vErrors.push(err518);
}
errors++;
}
if(data221.length < 1){
const err519 = {instancePath:instancePath+"/validation/timesteps",schemaPath:"#/properties/validation/properties/timesteps/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err519];
}
else {
vErrors.push(err519);
}
errors++;
}
const len23 = data221.length;
for(let i40=0; i40<len23; i40++){
let data222 = data221[i40];
if((typeof data222 == "number") && (isFinite(data222))){
if(data222 > 1 || isNaN(data222)){
const err520 = {instancePath:instancePath+"/validation/timesteps/" + i40,schemaPath:"#/properties/validation/properties/timesteps/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err520];
}
else {
vErrors.push(err520);
}
errors++;
}
if(data222 <= 0 || isNaN(data222)){
const err521 = {instancePath:instancePath+"/validation/timesteps/" + i40,schemaPath:"#/properties/validation/properties/timesteps/items/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err521];
}
else {
vErrors.push(err521);
}
errors++;
}
}
else {
const err522 = {instancePath:instancePath+"/validation/timesteps/" + i40,schemaPath:"#/properties/validation/properties/timesteps/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err522];
}
else {
vErrors.push(err522);
}
errors++;
}
}
}
else {
const err523 = {instancePath:instancePath+"/validation/timesteps",schemaPath:"#/properties/validation/properties/timesteps/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err523];
}
else {
vErrors.push(err523);
}
errors++;
}
}
if(data213.draws !== undefined){
let data223 = data213.draws;
if(!(((typeof data223 == "number") && (!(data223 % 1) && !isNaN(data223))) && (isFinite(data223)))){
const err524 = {instancePath:instancePath+"/validation/draws",schemaPath:"#/properties/validation/properties/draws/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err524];
}
else {
vErrors.push(err524);
}
errors++;
}
if((typeof data223 == "number") && (isFinite(data223))){
if(data223 > 1000 || isNaN(data223)){
const err525 = {instancePath:instancePath+"/validation/draws",schemaPath:"#/properties/validation/properties/draws/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err525];
}
else {
vErrors.push(err525);
}
errors++;
}
if(data223 < 1 || isNaN(data223)){
const err526 = {instancePath:instancePath+"/validation/draws",schemaPath:"#/properties/validation/properties/draws/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err526];
}
else {
vErrors.push(err526);
}
errors++;
}
}
}
if(data213.seed !== undefined){
let data224 = data213.seed;
if(!(((typeof data224 == "number") && (!(data224 % 1) && !isNaN(data224))) && (isFinite(data224)))){
const err527 = {instancePath:instancePath+"/validation/seed",schemaPath:"#/properties/validation/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err527];
}
else {
vErrors.push(err527);
}
errors++;
}
if((typeof data224 == "number") && (isFinite(data224))){
if(data224 > 9007199254740991 || isNaN(data224)){
const err528 = {instancePath:instancePath+"/validation/seed",schemaPath:"#/properties/validation/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err528];
}
else {
vErrors.push(err528);
}
errors++;
}
if(data224 < 0 || isNaN(data224)){
const err529 = {instancePath:instancePath+"/validation/seed",schemaPath:"#/properties/validation/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err529];
}
else {
vErrors.push(err529);
}
errors++;
}
}
}
}
else {
const err530 = {instancePath:instancePath+"/validation",schemaPath:"#/properties/validation/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err530];
}
else {
vErrors.push(err530);
}
errors++;
}
}
if(data.checkpoint !== undefined){
let data225 = data.checkpoint;
if(data225 && typeof data225 == "object" && !Array.isArray(data225)){
for(const key33 in data225){
if(!(func2.call(schema11.properties.checkpoint.properties, key33))){
const err531 = {instancePath:instancePath+"/checkpoint",schemaPath:"#/properties/checkpoint/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key33},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err531];
}
else {
vErrors.push(err531);
}
errors++;
}
}
if(data225.every_epochs !== undefined){
let data226 = data225.every_epochs;
if(!(((typeof data226 == "number") && (!(data226 % 1) && !isNaN(data226))) && (isFinite(data226)))){
const err532 = {instancePath:instancePath+"/checkpoint/every_epochs",schemaPath:"#/properties/checkpoint/properties/every_epochs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err532];
}
else {
vErrors.push(err532);
}
errors++;
}
if((typeof data226 == "number") && (isFinite(data226))){
if(data226 > 1000000 || isNaN(data226)){
const err533 = {instancePath:instancePath+"/checkpoint/every_epochs",schemaPath:"#/properties/checkpoint/properties/every_epochs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err533];
}
else {
vErrors.push(err533);
}
errors++;
}
if(data226 < 0 || isNaN(data226)){
const err534 = {instancePath:instancePath+"/checkpoint/every_epochs",schemaPath:"#/properties/checkpoint/properties/every_epochs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err534];
}
else {
vErrors.push(err534);
}
errors++;
}
}
}
if(data225.every_steps !== undefined){
let data227 = data225.every_steps;
if(!(((typeof data227 == "number") && (!(data227 % 1) && !isNaN(data227))) && (isFinite(data227)))){
const err535 = {instancePath:instancePath+"/checkpoint/every_steps",schemaPath:"#/properties/checkpoint/properties/every_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err535];
}
else {
vErrors.push(err535);
}
errors++;
}
if((typeof data227 == "number") && (isFinite(data227))){
if(data227 > 1000000000 || isNaN(data227)){
const err536 = {instancePath:instancePath+"/checkpoint/every_steps",schemaPath:"#/properties/checkpoint/properties/every_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err536];
}
else {
vErrors.push(err536);
}
errors++;
}
if(data227 < 0 || isNaN(data227)){
const err537 = {instancePath:instancePath+"/checkpoint/every_steps",schemaPath:"#/properties/checkpoint/properties/every_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err537];
}
else {
vErrors.push(err537);
}
errors++;
}
}
}
if(data225.every_minutes !== undefined){
let data228 = data225.every_minutes;
if((typeof data228 == "number") && (isFinite(data228))){
if(data228 > 100000 || isNaN(data228)){
const err538 = {instancePath:instancePath+"/checkpoint/every_minutes",schemaPath:"#/properties/checkpoint/properties/every_minutes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err538];
}
else {
vErrors.push(err538);
}
errors++;
}
if(data228 < 0 || isNaN(data228)){
const err539 = {instancePath:instancePath+"/checkpoint/every_minutes",schemaPath:"#/properties/checkpoint/properties/every_minutes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err539];
}
else {
vErrors.push(err539);
}
errors++;
}
}
else {
const err540 = {instancePath:instancePath+"/checkpoint/every_minutes",schemaPath:"#/properties/checkpoint/properties/every_minutes/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err540];
}
else {
vErrors.push(err540);
}
errors++;
}
}
if(data225.keep_last !== undefined){
let data229 = data225.keep_last;
if(!(((typeof data229 == "number") && (!(data229 % 1) && !isNaN(data229))) && (isFinite(data229)))){
const err541 = {instancePath:instancePath+"/checkpoint/keep_last",schemaPath:"#/properties/checkpoint/properties/keep_last/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err541];
}
else {
vErrors.push(err541);
}
errors++;
}
if((typeof data229 == "number") && (isFinite(data229))){
if(data229 > 1000000 || isNaN(data229)){
const err542 = {instancePath:instancePath+"/checkpoint/keep_last",schemaPath:"#/properties/checkpoint/properties/keep_last/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err542];
}
else {
vErrors.push(err542);
}
errors++;
}
if(data229 < 0 || isNaN(data229)){
const err543 = {instancePath:instancePath+"/checkpoint/keep_last",schemaPath:"#/properties/checkpoint/properties/keep_last/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err543];
}
else {
vErrors.push(err543);
}
errors++;
}
}
}
if(data225.keep_every !== undefined){
let data230 = data225.keep_every;
if(!(((typeof data230 == "number") && (!(data230 % 1) && !isNaN(data230))) && (isFinite(data230)))){
const err544 = {instancePath:instancePath+"/checkpoint/keep_every",schemaPath:"#/properties/checkpoint/properties/keep_every/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err544];
}
else {
vErrors.push(err544);
}
errors++;
}
if((typeof data230 == "number") && (isFinite(data230))){
if(data230 > 1000000 || isNaN(data230)){
const err545 = {instancePath:instancePath+"/checkpoint/keep_every",schemaPath:"#/properties/checkpoint/properties/keep_every/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err545];
}
else {
vErrors.push(err545);
}
errors++;
}
if(data230 < 0 || isNaN(data230)){
const err546 = {instancePath:instancePath+"/checkpoint/keep_every",schemaPath:"#/properties/checkpoint/properties/keep_every/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err546];
}
else {
vErrors.push(err546);
}
errors++;
}
}
}
if(data225.keep_best !== undefined){
let data231 = data225.keep_best;
if(!(((typeof data231 == "number") && (!(data231 % 1) && !isNaN(data231))) && (isFinite(data231)))){
const err547 = {instancePath:instancePath+"/checkpoint/keep_best",schemaPath:"#/properties/checkpoint/properties/keep_best/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err547];
}
else {
vErrors.push(err547);
}
errors++;
}
if((typeof data231 == "number") && (isFinite(data231))){
if(data231 > 1 || isNaN(data231)){
const err548 = {instancePath:instancePath+"/checkpoint/keep_best",schemaPath:"#/properties/checkpoint/properties/keep_best/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err548];
}
else {
vErrors.push(err548);
}
errors++;
}
if(data231 < 0 || isNaN(data231)){
const err549 = {instancePath:instancePath+"/checkpoint/keep_best",schemaPath:"#/properties/checkpoint/properties/keep_best/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err549];
}
else {
vErrors.push(err549);
}
errors++;
}
}
}
if(data225.best_after_epoch !== undefined){
let data232 = data225.best_after_epoch;
if(!(((typeof data232 == "number") && (!(data232 % 1) && !isNaN(data232))) && (isFinite(data232)))){
const err550 = {instancePath:instancePath+"/checkpoint/best_after_epoch",schemaPath:"#/properties/checkpoint/properties/best_after_epoch/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err550];
}
else {
vErrors.push(err550);
}
errors++;
}
if((typeof data232 == "number") && (isFinite(data232))){
if(data232 > 1000000 || isNaN(data232)){
const err551 = {instancePath:instancePath+"/checkpoint/best_after_epoch",schemaPath:"#/properties/checkpoint/properties/best_after_epoch/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err551];
}
else {
vErrors.push(err551);
}
errors++;
}
if(data232 < 0 || isNaN(data232)){
const err552 = {instancePath:instancePath+"/checkpoint/best_after_epoch",schemaPath:"#/properties/checkpoint/properties/best_after_epoch/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err552];
}
else {
vErrors.push(err552);
}
errors++;
}
}
}
if(data225.best_window !== undefined){
let data233 = data225.best_window;
if(!(((typeof data233 == "number") && (!(data233 % 1) && !isNaN(data233))) && (isFinite(data233)))){
const err553 = {instancePath:instancePath+"/checkpoint/best_window",schemaPath:"#/properties/checkpoint/properties/best_window/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err553];
}
else {
vErrors.push(err553);
}
errors++;
}
if((typeof data233 == "number") && (isFinite(data233))){
if(data233 > 100000 || isNaN(data233)){
const err554 = {instancePath:instancePath+"/checkpoint/best_window",schemaPath:"#/properties/checkpoint/properties/best_window/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err554];
}
else {
vErrors.push(err554);
}
errors++;
}
if(data233 < 1 || isNaN(data233)){
const err555 = {instancePath:instancePath+"/checkpoint/best_window",schemaPath:"#/properties/checkpoint/properties/best_window/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err555];
}
else {
vErrors.push(err555);
}
errors++;
}
}
}
if(data225.best_min_delta !== undefined){
let data234 = data225.best_min_delta;
if((typeof data234 == "number") && (isFinite(data234))){
if(data234 < 0 || isNaN(data234)){
const err556 = {instancePath:instancePath+"/checkpoint/best_min_delta",schemaPath:"#/properties/checkpoint/properties/best_min_delta/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err556];
}
else {
vErrors.push(err556);
}
errors++;
}
}
else {
const err557 = {instancePath:instancePath+"/checkpoint/best_min_delta",schemaPath:"#/properties/checkpoint/properties/best_min_delta/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err557];
}
else {
vErrors.push(err557);
}
errors++;
}
}
}
else {
const err558 = {instancePath:instancePath+"/checkpoint",schemaPath:"#/properties/checkpoint/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err558];
}
else {
vErrors.push(err558);
}
errors++;
}
}
if(data.early_stop !== undefined){
let data235 = data.early_stop;
if(data235 && typeof data235 == "object" && !Array.isArray(data235)){
for(const key34 in data235){
if(!((key34 === "patience") || (key34 === "min_delta"))){
const err559 = {instancePath:instancePath+"/early_stop",schemaPath:"#/properties/early_stop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key34},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err559];
}
else {
vErrors.push(err559);
}
errors++;
}
}
if(data235.patience !== undefined){
let data236 = data235.patience;
if(!(((typeof data236 == "number") && (!(data236 % 1) && !isNaN(data236))) && (isFinite(data236)))){
const err560 = {instancePath:instancePath+"/early_stop/patience",schemaPath:"#/properties/early_stop/properties/patience/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err560];
}
else {
vErrors.push(err560);
}
errors++;
}
if((typeof data236 == "number") && (isFinite(data236))){
if(data236 > 1000000 || isNaN(data236)){
const err561 = {instancePath:instancePath+"/early_stop/patience",schemaPath:"#/properties/early_stop/properties/patience/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err561];
}
else {
vErrors.push(err561);
}
errors++;
}
if(data236 < 0 || isNaN(data236)){
const err562 = {instancePath:instancePath+"/early_stop/patience",schemaPath:"#/properties/early_stop/properties/patience/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err562];
}
else {
vErrors.push(err562);
}
errors++;
}
}
}
if(data235.min_delta !== undefined){
let data237 = data235.min_delta;
if((typeof data237 == "number") && (isFinite(data237))){
if(data237 < 0 || isNaN(data237)){
const err563 = {instancePath:instancePath+"/early_stop/min_delta",schemaPath:"#/properties/early_stop/properties/min_delta/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err563];
}
else {
vErrors.push(err563);
}
errors++;
}
}
else {
const err564 = {instancePath:instancePath+"/early_stop/min_delta",schemaPath:"#/properties/early_stop/properties/min_delta/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err564];
}
else {
vErrors.push(err564);
}
errors++;
}
}
}
else {
const err565 = {instancePath:instancePath+"/early_stop",schemaPath:"#/properties/early_stop/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err565];
}
else {
vErrors.push(err565);
}
errors++;
}
}
if(data.target_loss !== undefined){
let data238 = data.target_loss;
if(data238 && typeof data238 == "object" && !Array.isArray(data238)){
for(const key35 in data238){
if(!((((key35 === "loss") || (key35 === "floor")) || (key35 === "warmup_steps")) || (key35 === "smoothing"))){
const err566 = {instancePath:instancePath+"/target_loss",schemaPath:"#/properties/target_loss/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key35},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err566];
}
else {
vErrors.push(err566);
}
errors++;
}
}
if(data238.loss !== undefined){
let data239 = data238.loss;
if((typeof data239 == "number") && (isFinite(data239))){
if(data239 < 0 || isNaN(data239)){
const err567 = {instancePath:instancePath+"/target_loss/loss",schemaPath:"#/properties/target_loss/properties/loss/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err567];
}
else {
vErrors.push(err567);
}
errors++;
}
}
else {
const err568 = {instancePath:instancePath+"/target_loss/loss",schemaPath:"#/properties/target_loss/properties/loss/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err568];
}
else {
vErrors.push(err568);
}
errors++;
}
}
if(data238.floor !== undefined){
let data240 = data238.floor;
if((typeof data240 == "number") && (isFinite(data240))){
if(data240 > 1 || isNaN(data240)){
const err569 = {instancePath:instancePath+"/target_loss/floor",schemaPath:"#/properties/target_loss/properties/floor/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err569];
}
else {
vErrors.push(err569);
}
errors++;
}
if(data240 < 0 || isNaN(data240)){
const err570 = {instancePath:instancePath+"/target_loss/floor",schemaPath:"#/properties/target_loss/properties/floor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err570];
}
else {
vErrors.push(err570);
}
errors++;
}
}
else {
const err571 = {instancePath:instancePath+"/target_loss/floor",schemaPath:"#/properties/target_loss/properties/floor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err571];
}
else {
vErrors.push(err571);
}
errors++;
}
}
if(data238.warmup_steps !== undefined){
let data241 = data238.warmup_steps;
if(!(((typeof data241 == "number") && (!(data241 % 1) && !isNaN(data241))) && (isFinite(data241)))){
const err572 = {instancePath:instancePath+"/target_loss/warmup_steps",schemaPath:"#/properties/target_loss/properties/warmup_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err572];
}
else {
vErrors.push(err572);
}
errors++;
}
if((typeof data241 == "number") && (isFinite(data241))){
if(data241 > 1000000000 || isNaN(data241)){
const err573 = {instancePath:instancePath+"/target_loss/warmup_steps",schemaPath:"#/properties/target_loss/properties/warmup_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err573];
}
else {
vErrors.push(err573);
}
errors++;
}
if(data241 < 0 || isNaN(data241)){
const err574 = {instancePath:instancePath+"/target_loss/warmup_steps",schemaPath:"#/properties/target_loss/properties/warmup_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err574];
}
else {
vErrors.push(err574);
}
errors++;
}
}
}
if(data238.smoothing !== undefined){
let data242 = data238.smoothing;
if((typeof data242 == "number") && (isFinite(data242))){
if(data242 < 0 || isNaN(data242)){
const err575 = {instancePath:instancePath+"/target_loss/smoothing",schemaPath:"#/properties/target_loss/properties/smoothing/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err575];
}
else {
vErrors.push(err575);
}
errors++;
}
if(data242 >= 1 || isNaN(data242)){
const err576 = {instancePath:instancePath+"/target_loss/smoothing",schemaPath:"#/properties/target_loss/properties/smoothing/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err576];
}
else {
vErrors.push(err576);
}
errors++;
}
}
else {
const err577 = {instancePath:instancePath+"/target_loss/smoothing",schemaPath:"#/properties/target_loss/properties/smoothing/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err577];
}
else {
vErrors.push(err577);
}
errors++;
}
}
}
else {
const err578 = {instancePath:instancePath+"/target_loss",schemaPath:"#/properties/target_loss/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err578];
}
else {
vErrors.push(err578);
}
errors++;
}
}
if(data.logging !== undefined){
let data243 = data.logging;
if(data243 && typeof data243 == "object" && !Array.isArray(data243)){
for(const key36 in data243){
if(!((((key36 === "log_every") || (key36 === "log_heavy_every")) || (key36 === "tensorboard")) || (key36 === "log_dir"))){
const err579 = {instancePath:instancePath+"/logging",schemaPath:"#/properties/logging/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key36},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err579];
}
else {
vErrors.push(err579);
}
errors++;
}
}
if(data243.log_every !== undefined){
let data244 = data243.log_every;
if(!(((typeof data244 == "number") && (!(data244 % 1) && !isNaN(data244))) && (isFinite(data244)))){
const err580 = {instancePath:instancePath+"/logging/log_every",schemaPath:"#/properties/logging/properties/log_every/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err580];
}
else {
vErrors.push(err580);
}
errors++;
}
if((typeof data244 == "number") && (isFinite(data244))){
if(data244 > 1000000000 || isNaN(data244)){
const err581 = {instancePath:instancePath+"/logging/log_every",schemaPath:"#/properties/logging/properties/log_every/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err581];
}
else {
vErrors.push(err581);
}
errors++;
}
if(data244 < 1 || isNaN(data244)){
const err582 = {instancePath:instancePath+"/logging/log_every",schemaPath:"#/properties/logging/properties/log_every/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err582];
}
else {
vErrors.push(err582);
}
errors++;
}
}
}
if(data243.log_heavy_every !== undefined){
let data245 = data243.log_heavy_every;
if(!(((typeof data245 == "number") && (!(data245 % 1) && !isNaN(data245))) && (isFinite(data245)))){
const err583 = {instancePath:instancePath+"/logging/log_heavy_every",schemaPath:"#/properties/logging/properties/log_heavy_every/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err583];
}
else {
vErrors.push(err583);
}
errors++;
}
if((typeof data245 == "number") && (isFinite(data245))){
if(data245 > 1000000000 || isNaN(data245)){
const err584 = {instancePath:instancePath+"/logging/log_heavy_every",schemaPath:"#/properties/logging/properties/log_heavy_every/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err584];
}
else {
vErrors.push(err584);
}
errors++;
}
if(data245 < 0 || isNaN(data245)){
const err585 = {instancePath:instancePath+"/logging/log_heavy_every",schemaPath:"#/properties/logging/properties/log_heavy_every/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err585];
}
else {
vErrors.push(err585);
}
errors++;
}
}
}
if(data243.tensorboard !== undefined){
if(typeof data243.tensorboard !== "boolean"){
const err586 = {instancePath:instancePath+"/logging/tensorboard",schemaPath:"#/properties/logging/properties/tensorboard/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err586];
}
else {
vErrors.push(err586);
}
errors++;
}
}
if(data243.log_dir !== undefined){
let data247 = data243.log_dir;
if(typeof data247 === "string"){
if(func3(data247) < 1){
const err587 = {instancePath:instancePath+"/logging/log_dir",schemaPath:"#/properties/logging/properties/log_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err587];
}
else {
vErrors.push(err587);
}
errors++;
}
}
else {
const err588 = {instancePath:instancePath+"/logging/log_dir",schemaPath:"#/properties/logging/properties/log_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err588];
}
else {
vErrors.push(err588);
}
errors++;
}
}
}
else {
const err589 = {instancePath:instancePath+"/logging",schemaPath:"#/properties/logging/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err589];
}
else {
vErrors.push(err589);
}
errors++;
}
}
if(data.resume !== undefined){
let data248 = data.resume;
if(!(((data248 === "exact") || (data248 === "fork")) || (data248 === "fresh"))){
const err590 = {instancePath:instancePath+"/resume",schemaPath:"#/properties/resume/enum",keyword:"enum",params:{allowedValues: schema11.properties.resume.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err590];
}
else {
vErrors.push(err590);
}
errors++;
}
}
if(data.resume_from !== undefined){
let data249 = data.resume_from;
if(typeof data249 === "string"){
if(func3(data249) < 1){
const err591 = {instancePath:instancePath+"/resume_from",schemaPath:"#/properties/resume_from/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err591];
}
else {
vErrors.push(err591);
}
errors++;
}
}
else {
const err592 = {instancePath:instancePath+"/resume_from",schemaPath:"#/properties/resume_from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err592];
}
else {
vErrors.push(err592);
}
errors++;
}
}
if(data.max_nonfinite_steps !== undefined){
let data250 = data.max_nonfinite_steps;
if(!(((typeof data250 == "number") && (!(data250 % 1) && !isNaN(data250))) && (isFinite(data250)))){
const err593 = {instancePath:instancePath+"/max_nonfinite_steps",schemaPath:"#/properties/max_nonfinite_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err593];
}
else {
vErrors.push(err593);
}
errors++;
}
if((typeof data250 == "number") && (isFinite(data250))){
if(data250 > 1000000 || isNaN(data250)){
const err594 = {instancePath:instancePath+"/max_nonfinite_steps",schemaPath:"#/properties/max_nonfinite_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err594];
}
else {
vErrors.push(err594);
}
errors++;
}
if(data250 < 1 || isNaN(data250)){
const err595 = {instancePath:instancePath+"/max_nonfinite_steps",schemaPath:"#/properties/max_nonfinite_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err595];
}
else {
vErrors.push(err595);
}
errors++;
}
}
}
if(data.inference !== undefined){
let data251 = data.inference;
if(data251 && typeof data251 == "object" && !Array.isArray(data251)){
for(const key37 in data251){
if(!((key37 === "shift") || (key37 === "num_inference_steps"))){
const err596 = {instancePath:instancePath+"/inference",schemaPath:"#/properties/inference/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key37},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err596];
}
else {
vErrors.push(err596);
}
errors++;
}
}
if(data251.shift !== undefined){
let data252 = data251.shift;
if((typeof data252 == "number") && (isFinite(data252))){
if(data252 <= 0 || isNaN(data252)){
const err597 = {instancePath:instancePath+"/inference/shift",schemaPath:"#/properties/inference/properties/shift/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err597];
}
else {
vErrors.push(err597);
}
errors++;
}
}
else {
const err598 = {instancePath:instancePath+"/inference/shift",schemaPath:"#/properties/inference/properties/shift/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err598];
}
else {
vErrors.push(err598);
}
errors++;
}
}
if(data251.num_inference_steps !== undefined){
let data253 = data251.num_inference_steps;
if(!(((typeof data253 == "number") && (!(data253 % 1) && !isNaN(data253))) && (isFinite(data253)))){
const err599 = {instancePath:instancePath+"/inference/num_inference_steps",schemaPath:"#/properties/inference/properties/num_inference_steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err599];
}
else {
vErrors.push(err599);
}
errors++;
}
if((typeof data253 == "number") && (isFinite(data253))){
if(data253 > 10000 || isNaN(data253)){
const err600 = {instancePath:instancePath+"/inference/num_inference_steps",schemaPath:"#/properties/inference/properties/num_inference_steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err600];
}
else {
vErrors.push(err600);
}
errors++;
}
if(data253 < 1 || isNaN(data253)){
const err601 = {instancePath:instancePath+"/inference/num_inference_steps",schemaPath:"#/properties/inference/properties/num_inference_steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err601];
}
else {
vErrors.push(err601);
}
errors++;
}
}
}
}
else {
const err602 = {instancePath:instancePath+"/inference",schemaPath:"#/properties/inference/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err602];
}
else {
vErrors.push(err602);
}
errors++;
}
}
if(data.output_dir !== undefined){
let data254 = data.output_dir;
if(typeof data254 === "string"){
if(func3(data254) < 1){
const err603 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err603];
}
else {
vErrors.push(err603);
}
errors++;
}
}
else {
const err604 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err604];
}
else {
vErrors.push(err604);
}
errors++;
}
}
}
else {
const err605 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err605];
}
else {
vErrors.push(err605);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.generate': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "model",
  "prompts"
 ],
 "properties": {
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "adapter": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "train",
    "command"
   ],
   "x-path": "either"
  },
  "checkpoint": {
   "type": "string",
   "pattern": "^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$"
  },
  "training_songs": {
   "type": [
    "string",
    "array"
   ],
   "minLength": 1,
   "minItems": 1,
   "x-stage": [
    "preprocess.pass2",
    "command"
   ],
   "x-path": "folder",
   "items": {
    "type": [
     "string",
     "object"
    ],
    "minLength": 1,
    "x-stage": [
     "preprocess.pass2",
     "command"
    ],
    "x-path": "folder",
    "additionalProperties": false,
    "required": [
     "from"
    ],
    "properties": {
     "from": {
      "type": "string",
      "minLength": 1,
      "x-stage": [
       "preprocess.pass2",
       "command"
      ],
      "x-path": "folder"
     },
     "repeats": {
      "type": "integer",
      "minimum": 1,
      "maximum": 100000
     },
     "share": {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 1000000
     }
    }
   }
  },
  "strengths": {
   "type": "array",
   "minItems": 1,
   "uniqueItems": true,
   "items": {
    "type": "number",
    "minimum": -10,
    "maximum": 10
   }
  },
  "prompts": {
   "type": "array",
   "minItems": 1,
   "items": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "caption": {
      "type": "string",
      "minLength": 1
     },
     "name": {
      "type": "string",
      "minLength": 1,
      "maxLength": 80
     },
     "sample": {
      "type": "string",
      "minLength": 1
     },
     "lyrics": {
      "type": "string"
     },
     "language": {
      "type": "string",
      "minLength": 1
     },
     "bpm": {
      "type": [
       "string",
       "number"
      ],
      "exclusiveMinimum": 0,
      "maximum": 999,
      "pattern": "^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$"
     },
     "keyscale": {
      "type": "string"
     },
     "timesignature": {
      "type": [
       "string",
       "number"
      ],
      "minimum": 1,
      "maximum": 99,
      "pattern": "^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$"
     },
     "duration": {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 3600
     }
    }
   }
  },
  "dataset": {
   "x-implied": "dataset",
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "dataset",
    "join",
    "analyze",
    "caption"
   ]
  },
  "seeds": {
   "type": "array",
   "minItems": 1,
   "uniqueItems": true,
   "items": {
    "type": "integer",
    "minimum": 0,
    "maximum": 9007199254740991
   }
  },
  "steps": {
   "type": "integer",
   "minimum": 1,
   "maximum": 1000
  },
  "shift": {
   "type": "number",
   "exclusiveMinimum": 0,
   "maximum": 100
  },
  "timesteps": {
   "type": "array",
   "minItems": 1,
   "maxItems": 20,
   "items": {
    "type": "number",
    "minimum": 0,
    "maximum": 1
   }
  },
  "guidance": {
   "enum": [
    "apg",
    "adg",
    "cfg"
   ]
  },
  "guidance_scale": {
   "type": "number",
   "minimum": 1,
   "maximum": 100
  },
  "interval": {
   "type": "array",
   "minItems": 2,
   "maxItems": 2,
   "items": {
    "type": "number",
    "minimum": 0,
    "maximum": 1
   }
  },
  "method": {
   "enum": [
    "ode",
    "sde"
   ]
  },
  "solver": {
   "enum": [
    "euler",
    "heun"
   ]
  },
  "velocity_norm_threshold": {
   "type": "number",
   "minimum": 0
  },
  "velocity_ema_factor": {
   "type": "number",
   "minimum": 0,
   "exclusiveMaximum": 1
  },
  "dcw": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "mode": {
     "enum": [
      "low",
      "high",
      "double",
      "pix"
     ]
    },
    "scaler": {
     "type": "number",
     "minimum": -10,
     "maximum": 10
    },
    "high_scaler": {
     "type": "number",
     "minimum": -10,
     "maximum": 10
    }
   }
  },
  "format": {
   "enum": [
    "wav",
    "flac"
   ]
  },
  "bits": {
   "enum": [
    "16",
    "24",
    "float"
   ]
  },
  "output_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "output"
  },
  "precision": {
   "enum": [
    "auto",
    "f32",
    "bf16",
    "f16"
   ]
  },
  "on_error": {
   "enum": [
    "fail",
    "skip"
   ]
  }
 },
 "$id": "stage.generate"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$", "u");
const pattern1 = new RegExp("^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$", "u");
const pattern2 = new RegExp("^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.generate" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.model === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "model"},message:"must have required property '"+"model"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.prompts === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "prompts"},message:"must have required property '"+"prompts"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.model !== undefined){
let data0 = data.model;
if(typeof data0 === "string"){
if(func3(data0) < 1){
const err3 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.adapter !== undefined){
let data1 = data.adapter;
if(typeof data1 === "string"){
if(func3(data1) < 1){
const err5 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.checkpoint !== undefined){
let data2 = data.checkpoint;
if(typeof data2 === "string"){
if(!pattern0.test(data2)){
const err7 = {instancePath:instancePath+"/checkpoint",schemaPath:"#/properties/checkpoint/pattern",keyword:"pattern",params:{pattern: "^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$"},message:"must match pattern \""+"^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/checkpoint",schemaPath:"#/properties/checkpoint/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.training_songs !== undefined){
let data3 = data.training_songs;
if((typeof data3 !== "string") && (!(Array.isArray(data3)))){
const err9 = {instancePath:instancePath+"/training_songs",schemaPath:"#/properties/training_songs/type",keyword:"type",params:{type: schema11.properties.training_songs.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(typeof data3 === "string"){
if(func3(data3) < 1){
const err10 = {instancePath:instancePath+"/training_songs",schemaPath:"#/properties/training_songs/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(Array.isArray(data3)){
if(data3.length < 1){
const err11 = {instancePath:instancePath+"/training_songs",schemaPath:"#/properties/training_songs/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
if((typeof data4 !== "string") && (!(data4 && typeof data4 == "object" && !Array.isArray(data4)))){
const err12 = {instancePath:instancePath+"/training_songs/" + i0,schemaPath:"#/properties/training_songs/items/type",keyword:"type",params:{type: schema11.properties.training_songs.items.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(typeof data4 === "string"){
if(func3(data4) < 1){
const err13 = {instancePath:instancePath+"/training_songs/" + i0,schemaPath:"#/properties/training_songs/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.from === undefined){
const err14 = {instancePath:instancePath+"/training_songs/" + i0,schemaPath:"#/properties/training_songs/items/required",keyword:"required",params:{missingProperty: "from"},message:"must have required property '"+"from"+"'"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
for(const key1 in data4){
if(!(((key1 === "from") || (key1 === "repeats")) || (key1 === "share"))){
const err15 = {instancePath:instancePath+"/training_songs/" + i0,schemaPath:"#/properties/training_songs/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data4.from !== undefined){
let data5 = data4.from;
if(typeof data5 === "string"){
if(func3(data5) < 1){
const err16 = {instancePath:instancePath+"/training_songs/" + i0+"/from",schemaPath:"#/properties/training_songs/items/properties/from/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/training_songs/" + i0+"/from",schemaPath:"#/properties/training_songs/items/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data4.repeats !== undefined){
let data6 = data4.repeats;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err18 = {instancePath:instancePath+"/training_songs/" + i0+"/repeats",schemaPath:"#/properties/training_songs/items/properties/repeats/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 100000 || isNaN(data6)){
const err19 = {instancePath:instancePath+"/training_songs/" + i0+"/repeats",schemaPath:"#/properties/training_songs/items/properties/repeats/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err20 = {instancePath:instancePath+"/training_songs/" + i0+"/repeats",schemaPath:"#/properties/training_songs/items/properties/repeats/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
if(data4.share !== undefined){
let data7 = data4.share;
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 1000000 || isNaN(data7)){
const err21 = {instancePath:instancePath+"/training_songs/" + i0+"/share",schemaPath:"#/properties/training_songs/items/properties/share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(data7 <= 0 || isNaN(data7)){
const err22 = {instancePath:instancePath+"/training_songs/" + i0+"/share",schemaPath:"#/properties/training_songs/items/properties/share/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/training_songs/" + i0+"/share",schemaPath:"#/properties/training_songs/items/properties/share/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
}
}
}
if(data.strengths !== undefined){
let data8 = data.strengths;
if(Array.isArray(data8)){
if(data8.length < 1){
const err24 = {instancePath:instancePath+"/strengths",schemaPath:"#/properties/strengths/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
const len1 = data8.length;
for(let i1=0; i1<len1; i1++){
let data9 = data8[i1];
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 10 || isNaN(data9)){
const err25 = {instancePath:instancePath+"/strengths/" + i1,schemaPath:"#/properties/strengths/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10},message:"must be <= 10"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data9 < -10 || isNaN(data9)){
const err26 = {instancePath:instancePath+"/strengths/" + i1,schemaPath:"#/properties/strengths/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: -10},message:"must be >= -10"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/strengths/" + i1,schemaPath:"#/properties/strengths/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
let i2 = data8.length;
let j0;
if(i2 > 1){
const indices0 = {};
for(;i2--;){
let item0 = data8[i2];
if(!((typeof item0 == "number") && (isFinite(item0)))){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err28 = {instancePath:instancePath+"/strengths",schemaPath:"#/properties/strengths/uniqueItems",keyword:"uniqueItems",params:{i: i2, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i2+" are identical)"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
break;
}
indices0[item0] = i2;
}
}
}
else {
const err29 = {instancePath:instancePath+"/strengths",schemaPath:"#/properties/strengths/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data.prompts !== undefined){
let data10 = data.prompts;
if(Array.isArray(data10)){
if(data10.length < 1){
const err30 = {instancePath:instancePath+"/prompts",schemaPath:"#/properties/prompts/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
const len2 = data10.length;
for(let i3=0; i3<len2; i3++){
let data11 = data10[i3];
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key2 in data11){
if(!(func2.call(schema11.properties.prompts.items.properties, key2))){
const err31 = {instancePath:instancePath+"/prompts/" + i3,schemaPath:"#/properties/prompts/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data11.caption !== undefined){
let data12 = data11.caption;
if(typeof data12 === "string"){
if(func3(data12) < 1){
const err32 = {instancePath:instancePath+"/prompts/" + i3+"/caption",schemaPath:"#/properties/prompts/items/properties/caption/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/prompts/" + i3+"/caption",schemaPath:"#/properties/prompts/items/properties/caption/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data11.name !== undefined){
let data13 = data11.name;
if(typeof data13 === "string"){
if(func3(data13) > 80){
const err34 = {instancePath:instancePath+"/prompts/" + i3+"/name",schemaPath:"#/properties/prompts/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 80},message:"must NOT have more than 80 characters"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(func3(data13) < 1){
const err35 = {instancePath:instancePath+"/prompts/" + i3+"/name",schemaPath:"#/properties/prompts/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/prompts/" + i3+"/name",schemaPath:"#/properties/prompts/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data11.sample !== undefined){
let data14 = data11.sample;
if(typeof data14 === "string"){
if(func3(data14) < 1){
const err37 = {instancePath:instancePath+"/prompts/" + i3+"/sample",schemaPath:"#/properties/prompts/items/properties/sample/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
else {
const err38 = {instancePath:instancePath+"/prompts/" + i3+"/sample",schemaPath:"#/properties/prompts/items/properties/sample/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data11.lyrics !== undefined){
if(typeof data11.lyrics !== "string"){
const err39 = {instancePath:instancePath+"/prompts/" + i3+"/lyrics",schemaPath:"#/properties/prompts/items/properties/lyrics/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data11.language !== undefined){
let data16 = data11.language;
if(typeof data16 === "string"){
if(func3(data16) < 1){
const err40 = {instancePath:instancePath+"/prompts/" + i3+"/language",schemaPath:"#/properties/prompts/items/properties/language/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/prompts/" + i3+"/language",schemaPath:"#/properties/prompts/items/properties/language/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data11.bpm !== undefined){
let data17 = data11.bpm;
if((typeof data17 !== "string") && (!((typeof data17 == "number") && (isFinite(data17))))){
const err42 = {instancePath:instancePath+"/prompts/" + i3+"/bpm",schemaPath:"#/properties/prompts/items/properties/bpm/type",keyword:"type",params:{type: schema11.properties.prompts.items.properties.bpm.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 999 || isNaN(data17)){
const err43 = {instancePath:instancePath+"/prompts/" + i3+"/bpm",schemaPath:"#/properties/prompts/items/properties/bpm/maximum",keyword:"maximum",params:{comparison: "<=", limit: 999},message:"must be <= 999"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data17 <= 0 || isNaN(data17)){
const err44 = {instancePath:instancePath+"/prompts/" + i3+"/bpm",schemaPath:"#/properties/prompts/items/properties/bpm/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(typeof data17 === "string"){
if(!pattern1.test(data17)){
const err45 = {instancePath:instancePath+"/prompts/" + i3+"/bpm",schemaPath:"#/properties/prompts/items/properties/bpm/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$"},message:"must match pattern \""+"^([0-9]{1,3}([.][0-9]+)?( *[bB][pP][mM])?|[nN]/?[aA])$"+"\""};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
if(data11.keyscale !== undefined){
if(typeof data11.keyscale !== "string"){
const err46 = {instancePath:instancePath+"/prompts/" + i3+"/keyscale",schemaPath:"#/properties/prompts/items/properties/keyscale/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data11.timesignature !== undefined){
let data19 = data11.timesignature;
if((typeof data19 !== "string") && (!((typeof data19 == "number") && (isFinite(data19))))){
const err47 = {instancePath:instancePath+"/prompts/" + i3+"/timesignature",schemaPath:"#/properties/prompts/items/properties/timesignature/type",keyword:"type",params:{type: schema11.properties.prompts.items.properties.timesignature.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 99 || isNaN(data19)){
const err48 = {instancePath:instancePath+"/prompts/" + i3+"/timesignature",schemaPath:"#/properties/prompts/items/properties/timesignature/maximum",keyword:"maximum",params:{comparison: "<=", limit: 99},message:"must be <= 99"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data19 < 1 || isNaN(data19)){
const err49 = {instancePath:instancePath+"/prompts/" + i3+"/timesignature",schemaPath:"#/properties/prompts/items/properties/timesignature/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(typeof data19 === "string"){
if(!pattern2.test(data19)){
const err50 = {instancePath:instancePath+"/prompts/" + i3+"/timesignature",schemaPath:"#/properties/prompts/items/properties/timesignature/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$"},message:"must match pattern \""+"^([0-9]{1,2}( */ *[0-9]{1,2})?|[nN]/?[aA])$"+"\""};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
if(data11.duration !== undefined){
let data20 = data11.duration;
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 3600 || isNaN(data20)){
const err51 = {instancePath:instancePath+"/prompts/" + i3+"/duration",schemaPath:"#/properties/prompts/items/properties/duration/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data20 <= 0 || isNaN(data20)){
const err52 = {instancePath:instancePath+"/prompts/" + i3+"/duration",schemaPath:"#/properties/prompts/items/properties/duration/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/prompts/" + i3+"/duration",schemaPath:"#/properties/prompts/items/properties/duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
else {
const err54 = {instancePath:instancePath+"/prompts/" + i3,schemaPath:"#/properties/prompts/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
else {
const err55 = {instancePath:instancePath+"/prompts",schemaPath:"#/properties/prompts/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data.dataset !== undefined){
let data21 = data.dataset;
if(typeof data21 === "string"){
if(func3(data21) < 1){
const err56 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
else {
const err57 = {instancePath:instancePath+"/dataset",schemaPath:"#/properties/dataset/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data.seeds !== undefined){
let data22 = data.seeds;
if(Array.isArray(data22)){
if(data22.length < 1){
const err58 = {instancePath:instancePath+"/seeds",schemaPath:"#/properties/seeds/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
const len3 = data22.length;
for(let i4=0; i4<len3; i4++){
let data23 = data22[i4];
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err59 = {instancePath:instancePath+"/seeds/" + i4,schemaPath:"#/properties/seeds/items/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 > 9007199254740991 || isNaN(data23)){
const err60 = {instancePath:instancePath+"/seeds/" + i4,schemaPath:"#/properties/seeds/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(data23 < 0 || isNaN(data23)){
const err61 = {instancePath:instancePath+"/seeds/" + i4,schemaPath:"#/properties/seeds/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
let i5 = data22.length;
let j1;
if(i5 > 1){
const indices1 = {};
for(;i5--;){
let item1 = data22[i5];
if(!(((typeof item1 == "number") && (!(item1 % 1) && !isNaN(item1))) && (isFinite(item1)))){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err62 = {instancePath:instancePath+"/seeds",schemaPath:"#/properties/seeds/uniqueItems",keyword:"uniqueItems",params:{i: i5, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i5+" are identical)"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
break;
}
indices1[item1] = i5;
}
}
}
else {
const err63 = {instancePath:instancePath+"/seeds",schemaPath:"#/properties/seeds/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data.steps !== undefined){
let data24 = data.steps;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err64 = {instancePath:instancePath+"/steps",schemaPath:"#/properties/steps/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 1000 || isNaN(data24)){
const err65 = {instancePath:instancePath+"/steps",schemaPath:"#/properties/steps/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(data24 < 1 || isNaN(data24)){
const err66 = {instancePath:instancePath+"/steps",schemaPath:"#/properties/steps/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
}
if(data.shift !== undefined){
let data25 = data.shift;
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 100 || isNaN(data25)){
const err67 = {instancePath:instancePath+"/shift",schemaPath:"#/properties/shift/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(data25 <= 0 || isNaN(data25)){
const err68 = {instancePath:instancePath+"/shift",schemaPath:"#/properties/shift/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
else {
const err69 = {instancePath:instancePath+"/shift",schemaPath:"#/properties/shift/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data.timesteps !== undefined){
let data26 = data.timesteps;
if(Array.isArray(data26)){
if(data26.length > 20){
const err70 = {instancePath:instancePath+"/timesteps",schemaPath:"#/properties/timesteps/maxItems",keyword:"maxItems",params:{limit: 20},message:"must NOT have more than 20 items"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data26.length < 1){
const err71 = {instancePath:instancePath+"/timesteps",schemaPath:"#/properties/timesteps/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
const len4 = data26.length;
for(let i6=0; i6<len4; i6++){
let data27 = data26[i6];
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 1 || isNaN(data27)){
const err72 = {instancePath:instancePath+"/timesteps/" + i6,schemaPath:"#/properties/timesteps/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(data27 < 0 || isNaN(data27)){
const err73 = {instancePath:instancePath+"/timesteps/" + i6,schemaPath:"#/properties/timesteps/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
else {
const err74 = {instancePath:instancePath+"/timesteps/" + i6,schemaPath:"#/properties/timesteps/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
}
else {
const err75 = {instancePath:instancePath+"/timesteps",schemaPath:"#/properties/timesteps/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data.guidance !== undefined){
let data28 = data.guidance;
if(!(((data28 === "apg") || (data28 === "adg")) || (data28 === "cfg"))){
const err76 = {instancePath:instancePath+"/guidance",schemaPath:"#/properties/guidance/enum",keyword:"enum",params:{allowedValues: schema11.properties.guidance.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data.guidance_scale !== undefined){
let data29 = data.guidance_scale;
if((typeof data29 == "number") && (isFinite(data29))){
if(data29 > 100 || isNaN(data29)){
const err77 = {instancePath:instancePath+"/guidance_scale",schemaPath:"#/properties/guidance_scale/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data29 < 1 || isNaN(data29)){
const err78 = {instancePath:instancePath+"/guidance_scale",schemaPath:"#/properties/guidance_scale/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
else {
const err79 = {instancePath:instancePath+"/guidance_scale",schemaPath:"#/properties/guidance_scale/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data.interval !== undefined){
let data30 = data.interval;
if(Array.isArray(data30)){
if(data30.length > 2){
const err80 = {instancePath:instancePath+"/interval",schemaPath:"#/properties/interval/maxItems",keyword:"maxItems",params:{limit: 2},message:"must NOT have more than 2 items"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data30.length < 2){
const err81 = {instancePath:instancePath+"/interval",schemaPath:"#/properties/interval/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
const len5 = data30.length;
for(let i7=0; i7<len5; i7++){
let data31 = data30[i7];
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 > 1 || isNaN(data31)){
const err82 = {instancePath:instancePath+"/interval/" + i7,schemaPath:"#/properties/interval/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(data31 < 0 || isNaN(data31)){
const err83 = {instancePath:instancePath+"/interval/" + i7,schemaPath:"#/properties/interval/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
else {
const err84 = {instancePath:instancePath+"/interval/" + i7,schemaPath:"#/properties/interval/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
}
else {
const err85 = {instancePath:instancePath+"/interval",schemaPath:"#/properties/interval/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data.method !== undefined){
let data32 = data.method;
if(!((data32 === "ode") || (data32 === "sde"))){
const err86 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/enum",keyword:"enum",params:{allowedValues: schema11.properties.method.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data.solver !== undefined){
let data33 = data.solver;
if(!((data33 === "euler") || (data33 === "heun"))){
const err87 = {instancePath:instancePath+"/solver",schemaPath:"#/properties/solver/enum",keyword:"enum",params:{allowedValues: schema11.properties.solver.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data.velocity_norm_threshold !== undefined){
let data34 = data.velocity_norm_threshold;
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 < 0 || isNaN(data34)){
const err88 = {instancePath:instancePath+"/velocity_norm_threshold",schemaPath:"#/properties/velocity_norm_threshold/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
else {
const err89 = {instancePath:instancePath+"/velocity_norm_threshold",schemaPath:"#/properties/velocity_norm_threshold/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
if(data.velocity_ema_factor !== undefined){
let data35 = data.velocity_ema_factor;
if((typeof data35 == "number") && (isFinite(data35))){
if(data35 < 0 || isNaN(data35)){
const err90 = {instancePath:instancePath+"/velocity_ema_factor",schemaPath:"#/properties/velocity_ema_factor/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
if(data35 >= 1 || isNaN(data35)){
const err91 = {instancePath:instancePath+"/velocity_ema_factor",schemaPath:"#/properties/velocity_ema_factor/exclusiveMaximum",keyword:"exclusiveMaximum",params:{comparison: "<", limit: 1},message:"must be < 1"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
else {
const err92 = {instancePath:instancePath+"/velocity_ema_factor",schemaPath:"#/properties/velocity_ema_factor/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
if(data.dcw !== undefined){
let data36 = data.dcw;
if(data36 && typeof data36 == "object" && !Array.isArray(data36)){
for(const key3 in data36){
if(!(((key3 === "mode") || (key3 === "scaler")) || (key3 === "high_scaler"))){
const err93 = {instancePath:instancePath+"/dcw",schemaPath:"#/properties/dcw/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(data36.mode !== undefined){
let data37 = data36.mode;
if(!((((data37 === "low") || (data37 === "high")) || (data37 === "double")) || (data37 === "pix"))){
const err94 = {instancePath:instancePath+"/dcw/mode",schemaPath:"#/properties/dcw/properties/mode/enum",keyword:"enum",params:{allowedValues: schema11.properties.dcw.properties.mode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
if(data36.scaler !== undefined){
let data38 = data36.scaler;
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 > 10 || isNaN(data38)){
const err95 = {instancePath:instancePath+"/dcw/scaler",schemaPath:"#/properties/dcw/properties/scaler/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10},message:"must be <= 10"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
if(data38 < -10 || isNaN(data38)){
const err96 = {instancePath:instancePath+"/dcw/scaler",schemaPath:"#/properties/dcw/properties/scaler/minimum",keyword:"minimum",params:{comparison: ">=", limit: -10},message:"must be >= -10"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
else {
const err97 = {instancePath:instancePath+"/dcw/scaler",schemaPath:"#/properties/dcw/properties/scaler/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data36.high_scaler !== undefined){
let data39 = data36.high_scaler;
if((typeof data39 == "number") && (isFinite(data39))){
if(data39 > 10 || isNaN(data39)){
const err98 = {instancePath:instancePath+"/dcw/high_scaler",schemaPath:"#/properties/dcw/properties/high_scaler/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10},message:"must be <= 10"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(data39 < -10 || isNaN(data39)){
const err99 = {instancePath:instancePath+"/dcw/high_scaler",schemaPath:"#/properties/dcw/properties/high_scaler/minimum",keyword:"minimum",params:{comparison: ">=", limit: -10},message:"must be >= -10"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
else {
const err100 = {instancePath:instancePath+"/dcw/high_scaler",schemaPath:"#/properties/dcw/properties/high_scaler/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
}
else {
const err101 = {instancePath:instancePath+"/dcw",schemaPath:"#/properties/dcw/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data.format !== undefined){
let data40 = data.format;
if(!((data40 === "wav") || (data40 === "flac"))){
const err102 = {instancePath:instancePath+"/format",schemaPath:"#/properties/format/enum",keyword:"enum",params:{allowedValues: schema11.properties.format.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
if(data.bits !== undefined){
let data41 = data.bits;
if(!(((data41 === "16") || (data41 === "24")) || (data41 === "float"))){
const err103 = {instancePath:instancePath+"/bits",schemaPath:"#/properties/bits/enum",keyword:"enum",params:{allowedValues: schema11.properties.bits.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data.output_dir !== undefined){
let data42 = data.output_dir;
if(typeof data42 === "string"){
if(func3(data42) < 1){
const err104 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
else {
const err105 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data.precision !== undefined){
let data43 = data.precision;
if(!((((data43 === "auto") || (data43 === "f32")) || (data43 === "bf16")) || (data43 === "f16"))){
const err106 = {instancePath:instancePath+"/precision",schemaPath:"#/properties/precision/enum",keyword:"enum",params:{allowedValues: schema11.properties.precision.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
if(data.on_error !== undefined){
let data44 = data.on_error;
if(!((data44 === "fail") || (data44 === "skip"))){
const err107 = {instancePath:instancePath+"/on_error",schemaPath:"#/properties/on_error/enum",keyword:"enum",params:{allowedValues: schema11.properties.on_error.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
}
else {
const err108 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.export': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "adapter"
 ],
 "properties": {
  "adapter": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "train",
    "command"
   ],
   "x-path": "either"
  },
  "formats": {
   "type": "array",
   "minItems": 1,
   "uniqueItems": true,
   "items": {
    "enum": [
     "peft",
     "lycoris",
     "comfyui",
     "diffusers",
     "merged"
    ]
   }
  },
  "checkpoint": {
   "type": "string",
   "x-form": "last, best, epoch_N or step_N",
   "pattern": "^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$"
  },
  "weights": {
   "enum": [
    "ema",
    "raw"
   ]
  },
  "scale": {
   "enum": [
    "auto",
    "baked",
    "trained"
   ]
  },
  "key_style": {
   "enum": [
    "native",
    "generic"
   ]
  },
  "key_prefix": {
   "type": "string",
   "minLength": 1
  },
  "dtype": {
   "enum": [
    "auto",
    "f32",
    "bf16",
    "f16"
   ]
  },
  "model": {
   "type": "string",
   "minLength": 1,
   "x-stage": [
    "scan"
   ]
  },
  "name": {
   "x-implied": "pipeline_name",
   "type": "string",
   "x-form": "a file name without / and \\",
   "pattern": "^[^/\\\\]+$",
   "minLength": 1,
   "maxLength": 200
  },
  "output_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "output"
  },
  "metadata": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "title": {
     "type": "string"
    },
    "author": {
     "type": "string"
    },
    "license": {
     "type": "string"
    },
    "description": {
     "type": "string"
    },
    "trigger": {
     "type": "string"
    },
    "tags": {
     "type": "array",
     "items": {
      "type": "string"
     }
    }
   }
  },
  "card": {
   "type": "object",
   "additionalProperties": false,
   "properties": {
    "enabled": {
     "type": "boolean"
    },
    "text": {
     "type": "string",
     "minLength": 1
    },
    "base_model": {
     "type": "string",
     "x-form": "owner/name",
     "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$"
    },
    "conditioning": {
     "enum": [
      "inference",
      "upstream"
     ]
    },
    "songs": {
     "type": "string",
     "minLength": 1,
     "x-stage": [
      "dataset",
      "join",
      "analyze",
      "caption"
     ]
    }
   }
  }
 },
 "$id": "stage.export"
};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const func0 = require("ajv/dist/runtime/equal").default;
const pattern0 = new RegExp("^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$", "u");
const pattern1 = new RegExp("^[^/\\\\]+$", "u");
const pattern2 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.export" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.adapter === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "adapter"},message:"must have required property '"+"adapter"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.adapter !== undefined){
let data0 = data.adapter;
if(typeof data0 === "string"){
if(func3(data0) < 1){
const err2 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/adapter",schemaPath:"#/properties/adapter/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.formats !== undefined){
let data1 = data.formats;
if(Array.isArray(data1)){
if(data1.length < 1){
const err4 = {instancePath:instancePath+"/formats",schemaPath:"#/properties/formats/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(!(((((data2 === "peft") || (data2 === "lycoris")) || (data2 === "comfyui")) || (data2 === "diffusers")) || (data2 === "merged"))){
const err5 = {instancePath:instancePath+"/formats/" + i0,schemaPath:"#/properties/formats/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.formats.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
let i1 = data1.length;
let j0;
if(i1 > 1){
outer0:
for(;i1--;){
for(j0 = i1; j0--;){
if(func0(data1[i1], data1[j0])){
const err6 = {instancePath:instancePath+"/formats",schemaPath:"#/properties/formats/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err7 = {instancePath:instancePath+"/formats",schemaPath:"#/properties/formats/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.checkpoint !== undefined){
let data3 = data.checkpoint;
if(typeof data3 === "string"){
if(!pattern0.test(data3)){
const err8 = {instancePath:instancePath+"/checkpoint",schemaPath:"#/properties/checkpoint/pattern",keyword:"pattern",params:{pattern: "^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$"},message:"must match pattern \""+"^(last|best|epoch_[0-9]{1,9}|step_[0-9]{1,9})$"+"\""};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/checkpoint",schemaPath:"#/properties/checkpoint/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.weights !== undefined){
let data4 = data.weights;
if(!((data4 === "ema") || (data4 === "raw"))){
const err10 = {instancePath:instancePath+"/weights",schemaPath:"#/properties/weights/enum",keyword:"enum",params:{allowedValues: schema11.properties.weights.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.scale !== undefined){
let data5 = data.scale;
if(!(((data5 === "auto") || (data5 === "baked")) || (data5 === "trained"))){
const err11 = {instancePath:instancePath+"/scale",schemaPath:"#/properties/scale/enum",keyword:"enum",params:{allowedValues: schema11.properties.scale.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.key_style !== undefined){
let data6 = data.key_style;
if(!((data6 === "native") || (data6 === "generic"))){
const err12 = {instancePath:instancePath+"/key_style",schemaPath:"#/properties/key_style/enum",keyword:"enum",params:{allowedValues: schema11.properties.key_style.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.key_prefix !== undefined){
let data7 = data.key_prefix;
if(typeof data7 === "string"){
if(func3(data7) < 1){
const err13 = {instancePath:instancePath+"/key_prefix",schemaPath:"#/properties/key_prefix/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/key_prefix",schemaPath:"#/properties/key_prefix/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.dtype !== undefined){
let data8 = data.dtype;
if(!((((data8 === "auto") || (data8 === "f32")) || (data8 === "bf16")) || (data8 === "f16"))){
const err15 = {instancePath:instancePath+"/dtype",schemaPath:"#/properties/dtype/enum",keyword:"enum",params:{allowedValues: schema11.properties.dtype.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.model !== undefined){
let data9 = data.model;
if(typeof data9 === "string"){
if(func3(data9) < 1){
const err16 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.name !== undefined){
let data10 = data.name;
if(typeof data10 === "string"){
if(func3(data10) > 200){
const err18 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 200},message:"must NOT have more than 200 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(func3(data10) < 1){
const err19 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(!pattern1.test(data10)){
const err20 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[^/\\\\]+$"},message:"must match pattern \""+"^[^/\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.output_dir !== undefined){
let data11 = data.output_dir;
if(typeof data11 === "string"){
if(func3(data11) < 1){
const err22 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/output_dir",schemaPath:"#/properties/output_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data.metadata !== undefined){
let data12 = data.metadata;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 in data12){
if(!((((((key1 === "title") || (key1 === "author")) || (key1 === "license")) || (key1 === "description")) || (key1 === "trigger")) || (key1 === "tags"))){
const err24 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data12.title !== undefined){
if(typeof data12.title !== "string"){
const err25 = {instancePath:instancePath+"/metadata/title",schemaPath:"#/properties/metadata/properties/title/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data12.author !== undefined){
if(typeof data12.author !== "string"){
const err26 = {instancePath:instancePath+"/metadata/author",schemaPath:"#/properties/metadata/properties/author/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data12.license !== undefined){
if(typeof data12.license !== "string"){
const err27 = {instancePath:instancePath+"/metadata/license",schemaPath:"#/properties/metadata/properties/license/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data12.description !== undefined){
if(typeof data12.description !== "string"){
const err28 = {instancePath:instancePath+"/metadata/description",schemaPath:"#/properties/metadata/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data12.trigger !== undefined){
if(typeof data12.trigger !== "string"){
const err29 = {instancePath:instancePath+"/metadata/trigger",schemaPath:"#/properties/metadata/properties/trigger/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data12.tags !== undefined){
let data18 = data12.tags;
if(Array.isArray(data18)){
const len1 = data18.length;
for(let i2=0; i2<len1; i2++){
if(typeof data18[i2] !== "string"){
const err30 = {instancePath:instancePath+"/metadata/tags/" + i2,schemaPath:"#/properties/metadata/properties/tags/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/metadata/tags",schemaPath:"#/properties/metadata/properties/tags/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data.card !== undefined){
let data20 = data.card;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
for(const key2 in data20){
if(!(((((key2 === "enabled") || (key2 === "text")) || (key2 === "base_model")) || (key2 === "conditioning")) || (key2 === "songs"))){
const err33 = {instancePath:instancePath+"/card",schemaPath:"#/properties/card/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data20.enabled !== undefined){
if(typeof data20.enabled !== "boolean"){
const err34 = {instancePath:instancePath+"/card/enabled",schemaPath:"#/properties/card/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data20.text !== undefined){
let data22 = data20.text;
if(typeof data22 === "string"){
if(func3(data22) < 1){
const err35 = {instancePath:instancePath+"/card/text",schemaPath:"#/properties/card/properties/text/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/card/text",schemaPath:"#/properties/card/properties/text/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data20.base_model !== undefined){
let data23 = data20.base_model;
if(typeof data23 === "string"){
if(!pattern2.test(data23)){
const err37 = {instancePath:instancePath+"/card/base_model",schemaPath:"#/properties/card/properties/base_model/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$"+"\""};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
else {
const err38 = {instancePath:instancePath+"/card/base_model",schemaPath:"#/properties/card/properties/base_model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data20.conditioning !== undefined){
let data24 = data20.conditioning;
if(!((data24 === "inference") || (data24 === "upstream"))){
const err39 = {instancePath:instancePath+"/card/conditioning",schemaPath:"#/properties/card/properties/conditioning/enum",keyword:"enum",params:{allowedValues: schema11.properties.card.properties.conditioning.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data20.songs !== undefined){
let data25 = data20.songs;
if(typeof data25 === "string"){
if(func3(data25) < 1){
const err40 = {instancePath:instancePath+"/card/songs",schemaPath:"#/properties/card/properties/songs/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/card/songs",schemaPath:"#/properties/card/properties/songs/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath:instancePath+"/card",schemaPath:"#/properties/card/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.fixture': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [],
 "properties": {
  "model": {
   "enum": [
    "turbo",
    "base",
    "sft",
    "xl-turbo",
    "xl-base",
    "xl-sft"
   ]
  },
  "clips": {
   "type": "integer",
   "minimum": 1,
   "maximum": 10000
  },
  "clip_duration": {
   "type": "number",
   "minimum": 0.5,
   "maximum": 600
  },
  "hidden_size": {
   "type": "integer",
   "minimum": 16,
   "maximum": 4096,
   "multipleOf": 16
  },
  "layers": {
   "type": "integer",
   "minimum": 1,
   "maximum": 64
  },
  "seed": {
   "type": "integer",
   "minimum": 0,
   "maximum": 9007199254740991
  }
 },
 "$id": "stage.fixture"
};

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.fixture" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((key0 === "model") || (key0 === "clips")) || (key0 === "clip_duration")) || (key0 === "hidden_size")) || (key0 === "layers")) || (key0 === "seed"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.model !== undefined){
let data0 = data.model;
if(!((((((data0 === "turbo") || (data0 === "base")) || (data0 === "sft")) || (data0 === "xl-turbo")) || (data0 === "xl-base")) || (data0 === "xl-sft"))){
const err1 = {instancePath:instancePath+"/model",schemaPath:"#/properties/model/enum",keyword:"enum",params:{allowedValues: schema11.properties.model.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.clips !== undefined){
let data1 = data.clips;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err2 = {instancePath:instancePath+"/clips",schemaPath:"#/properties/clips/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 10000 || isNaN(data1)){
const err3 = {instancePath:instancePath+"/clips",schemaPath:"#/properties/clips/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err4 = {instancePath:instancePath+"/clips",schemaPath:"#/properties/clips/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
if(data.clip_duration !== undefined){
let data2 = data.clip_duration;
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 600 || isNaN(data2)){
const err5 = {instancePath:instancePath+"/clip_duration",schemaPath:"#/properties/clip_duration/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600},message:"must be <= 600"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data2 < 0.5 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/clip_duration",schemaPath:"#/properties/clip_duration/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0.5},message:"must be >= 0.5"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/clip_duration",schemaPath:"#/properties/clip_duration/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.hidden_size !== undefined){
let data3 = data.hidden_size;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err8 = {instancePath:instancePath+"/hidden_size",schemaPath:"#/properties/hidden_size/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 4096 || isNaN(data3)){
const err9 = {instancePath:instancePath+"/hidden_size",schemaPath:"#/properties/hidden_size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},message:"must be <= 4096"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data3 < 16 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/hidden_size",schemaPath:"#/properties/hidden_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 16},message:"must be >= 16"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
let res0;
if((16 === 0 || (res0 = data3/16, res0 !== parseInt(res0)))){
const err11 = {instancePath:instancePath+"/hidden_size",schemaPath:"#/properties/hidden_size/multipleOf",keyword:"multipleOf",params:{multipleOf: 16},message:"must be multiple of 16"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.layers !== undefined){
let data4 = data.layers;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err12 = {instancePath:instancePath+"/layers",schemaPath:"#/properties/layers/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 64 || isNaN(data4)){
const err13 = {instancePath:instancePath+"/layers",schemaPath:"#/properties/layers/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err14 = {instancePath:instancePath+"/layers",schemaPath:"#/properties/layers/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
if(data.seed !== undefined){
let data5 = data.seed;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err15 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 9007199254740991 || isNaN(data5)){
const err16 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data5 < 0 || isNaN(data5)){
const err17 = {instancePath:instancePath+"/seed",schemaPath:"#/properties/seed/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
}
else {
const err18 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
  'stage.command': late(() => {
const schema11 = {
 "type": "object",
 "additionalProperties": false,
 "required": [
  "argv"
 ],
 "properties": {
  "argv": {
   "type": "array",
   "minItems": 1,
   "items": {
    "type": [
     "string",
     "number"
    ],
    "x-text": "as_written"
   }
  },
  "inputs": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
   },
   "additionalProperties": {
    "type": "string",
    "minLength": 1,
    "x-path": "either",
    "x-stage": [
     "*"
    ]
   }
  },
  "outputs": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
   },
   "additionalProperties": {
    "type": "string",
    "minLength": 1,
    "x-form": "a relative path that stays inside the output folder",
    "pattern": "^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$"
   }
  },
  "environment": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
   },
   "additionalProperties": {
    "type": [
     "string",
     "number",
     "boolean"
    ],
    "x-text": "as_written"
   }
  },
  "services": {
   "type": "object",
   "propertyNames": {
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
   },
   "additionalProperties": {
    "type": "object",
    "additionalProperties": false,
    "required": [
     "argv",
     "ready"
    ],
    "properties": {
     "argv": {
      "type": "array",
      "minItems": 1,
      "items": {
       "type": [
        "string",
        "number"
       ],
       "x-text": "as_written"
      }
     },
     "ready": {
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
       "port": {
        "type": "integer",
        "minimum": 1,
        "maximum": 65535
       },
       "url": {
        "type": "string",
        "pattern": "^https?://",
        "x-form": "an http:// or https:// address"
       },
       "line": {
        "type": "string",
        "minLength": 1
       }
      }
     },
     "ready_within": {
      "type": "number",
      "exclusiveMinimum": 0
     }
    }
   }
  },
  "working_dir": {
   "type": "string",
   "minLength": 1,
   "x-path": "folder"
  },
  "version": {
   "type": "string"
  }
 },
 "$id": "stage.command"
};
const pattern0 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");
const pattern2 = new RegExp("^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$", "u");
const pattern5 = new RegExp("^https?://", "u");
const func2 = require("ajv/dist/runtime/ucs2length").default;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="stage.command" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.argv === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "argv"},message:"must have required property '"+"argv"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "argv") || (key0 === "inputs")) || (key0 === "outputs")) || (key0 === "environment")) || (key0 === "services")) || (key0 === "working_dir")) || (key0 === "version"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.argv !== undefined){
let data0 = data.argv;
if(Array.isArray(data0)){
if(data0.length < 1){
const err2 = {instancePath:instancePath+"/argv",schemaPath:"#/properties/argv/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
let data1 = data0[i0];
if((typeof data1 !== "string") && (!((typeof data1 == "number") && (isFinite(data1))))){
const err3 = {instancePath:instancePath+"/argv/" + i0,schemaPath:"#/properties/argv/items/type",keyword:"type",params:{type: schema11.properties.argv.items.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
else {
const err4 = {instancePath:instancePath+"/argv",schemaPath:"#/properties/argv/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.inputs !== undefined){
let data2 = data.inputs;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
const _errs8 = errors;
if(typeof key1 === "string"){
if(!pattern0.test(key1)){
const err5 = {instancePath:instancePath+"/inputs",schemaPath:"#/properties/inputs/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
var valid3 = _errs8 === errors;
if(!valid3){
const err6 = {instancePath:instancePath+"/inputs",schemaPath:"#/properties/inputs/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
for(const key2 in data2){
let data3 = data2[key2];
if(typeof data3 === "string"){
if(func2(data3) < 1){
const err7 = {instancePath:instancePath+"/inputs/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/inputs/additionalProperties/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/inputs/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/inputs/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath:instancePath+"/inputs",schemaPath:"#/properties/inputs/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.outputs !== undefined){
let data4 = data.outputs;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key3 in data4){
const _errs14 = errors;
if(typeof key3 === "string"){
if(!pattern0.test(key3)){
const err10 = {instancePath:instancePath+"/outputs",schemaPath:"#/properties/outputs/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
var valid5 = _errs14 === errors;
if(!valid5){
const err11 = {instancePath:instancePath+"/outputs",schemaPath:"#/properties/outputs/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
for(const key4 in data4){
let data5 = data4[key4];
if(typeof data5 === "string"){
if(func2(data5) < 1){
const err12 = {instancePath:instancePath+"/outputs/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/outputs/additionalProperties/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!pattern2.test(data5)){
const err13 = {instancePath:instancePath+"/outputs/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/outputs/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$"},message:"must match pattern \""+"^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$"+"\""};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/outputs/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/outputs/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/outputs",schemaPath:"#/properties/outputs/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.environment !== undefined){
let data6 = data.environment;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key5 in data6){
const _errs20 = errors;
if(typeof key5 === "string"){
if(!pattern0.test(key5)){
const err16 = {instancePath:instancePath+"/environment",schemaPath:"#/properties/environment/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key5};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
var valid7 = _errs20 === errors;
if(!valid7){
const err17 = {instancePath:instancePath+"/environment",schemaPath:"#/properties/environment/propertyNames",keyword:"propertyNames",params:{propertyName: key5},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
for(const key6 in data6){
let data7 = data6[key6];
if(((typeof data7 !== "string") && (!((typeof data7 == "number") && (isFinite(data7))))) && (typeof data7 !== "boolean")){
const err18 = {instancePath:instancePath+"/environment/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/environment/additionalProperties/type",keyword:"type",params:{type: schema11.properties.environment.additionalProperties.type},message:"must be string,number,boolean"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
else {
const err19 = {instancePath:instancePath+"/environment",schemaPath:"#/properties/environment/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.services !== undefined){
let data8 = data.services;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key7 in data8){
const _errs26 = errors;
if(typeof key7 === "string"){
if(!pattern0.test(key7)){
const err20 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
var valid9 = _errs26 === errors;
if(!valid9){
const err21 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/propertyNames",keyword:"propertyNames",params:{propertyName: key7},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
for(const key8 in data8){
let data9 = data8[key8];
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.argv === undefined){
const err22 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/required",keyword:"required",params:{missingProperty: "argv"},message:"must have required property '"+"argv"+"'"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data9.ready === undefined){
const err23 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/required",keyword:"required",params:{missingProperty: "ready"},message:"must have required property '"+"ready"+"'"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
for(const key9 in data9){
if(!(((key9 === "argv") || (key9 === "ready")) || (key9 === "ready_within"))){
const err24 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data9.argv !== undefined){
let data10 = data9.argv;
if(Array.isArray(data10)){
if(data10.length < 1){
const err25 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/argv",schemaPath:"#/properties/services/additionalProperties/properties/argv/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
const len1 = data10.length;
for(let i1=0; i1<len1; i1++){
let data11 = data10[i1];
if((typeof data11 !== "string") && (!((typeof data11 == "number") && (isFinite(data11))))){
const err26 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/argv/" + i1,schemaPath:"#/properties/services/additionalProperties/properties/argv/items/type",keyword:"type",params:{type: schema11.properties.services.additionalProperties.properties.argv.items.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
else {
const err27 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/argv",schemaPath:"#/properties/services/additionalProperties/properties/argv/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data9.ready !== undefined){
let data12 = data9.ready;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(Object.keys(data12).length < 1){
const err28 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready",schemaPath:"#/properties/services/additionalProperties/properties/ready/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
for(const key10 in data12){
if(!(((key10 === "port") || (key10 === "url")) || (key10 === "line"))){
const err29 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready",schemaPath:"#/properties/services/additionalProperties/properties/ready/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data12.port !== undefined){
let data13 = data12.port;
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err30 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/port",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 65535 || isNaN(data13)){
const err31 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/port",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(data13 < 1 || isNaN(data13)){
const err32 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/port",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
if(data12.url !== undefined){
let data14 = data12.url;
if(typeof data14 === "string"){
if(!pattern5.test(data14)){
const err33 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/url",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/url/pattern",keyword:"pattern",params:{pattern: "^https?://"},message:"must match pattern \""+"^https?://"+"\""};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/url",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data12.line !== undefined){
let data15 = data12.line;
if(typeof data15 === "string"){
if(func2(data15) < 1){
const err35 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/line",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/line/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/line",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/line/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
else {
const err37 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready",schemaPath:"#/properties/services/additionalProperties/properties/ready/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data9.ready_within !== undefined){
let data16 = data9.ready_within;
if((typeof data16 == "number") && (isFinite(data16))){
if(data16 <= 0 || isNaN(data16)){
const err38 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready_within",schemaPath:"#/properties/services/additionalProperties/properties/ready_within/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready_within",schemaPath:"#/properties/services/additionalProperties/properties/ready_within/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
else {
const err40 = {instancePath:instancePath+"/services/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
else {
const err41 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data.working_dir !== undefined){
let data17 = data.working_dir;
if(typeof data17 === "string"){
if(func2(data17) < 1){
const err42 = {instancePath:instancePath+"/working_dir",schemaPath:"#/properties/working_dir/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
else {
const err43 = {instancePath:instancePath+"/working_dir",schemaPath:"#/properties/working_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.version !== undefined){
if(typeof data.version !== "string"){
const err44 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
else {
const err45 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
 return validate10;}),
};
